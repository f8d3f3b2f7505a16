import { type Operator, ProblemError, signIn } from "../../scripts/operator-client.ts";
import type { Grant, Role } from "../../src/people/permissions.ts";
import type { RunningApp } from "./app.ts";

/** A password that nobody guesses, and everybody here knows. */
export const PASSWORD = "seven villages ring at dawn";

export const everywhere = (...roles: Role[]): Grant[] => roles.map((role) => ({ role, area: null }));
export const ofArea = (area: string): Grant[] => [{ role: "town-admin", area }];

export interface Invited {
  person: { id: string; name: string; state: string };
  invitation: { url: string; expiresAt: string };
}
/** A server, and its administrator. */
export type Office = Pick<RunningApp, "url" | "operator">;
export const invite = (
  { operator }: Pick<Office, "operator">,
  name: string,
  roles: Grant[],
): Promise<Invited> => operator.post<Invited>("/people", { name, roles });

export const tokenIn = (url: string): string => url.split("#/invitation/")[1] ?? "";

/** A request of nobody in particular. @throws {ProblemError} */
export async function asStranger<T>(url: string, path: string, body: unknown): Promise<T> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const parsed: unknown = text === "" ? null : JSON.parse(text);
  if (!answer.ok) throw new ProblemError(answer.status, parsed as ProblemError["problem"]);
  return parsed as T;
}

export const accept = (url: string, token: string, password = PASSWORD): Promise<null> =>
  asStranger(url, "/invitations/accept", { token, password });

/** Somebody new with these roles, invited by the administrator, who has set a password and signed in. */
export async function newPerson(app: Office, name: string, roles: Grant[]): Promise<Operator> {
  const { invitation } = await invite(app, name, roles);
  await accept(app.url, tokenIn(invitation.url));
  return signIn(app.url, name, PASSWORD);
}
