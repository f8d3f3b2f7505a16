import { read, send } from "../../api.js";
import type { ApiToken, Deputy, Invitation, Person, ProviderLink, SignInRecord } from "../../api-types.ts";
import { inPath } from "../../resources.js";
import { queries } from "../../shell/live-query.ts";

/** What is asked of the server about people and about oneself. */

export type Grant = Person["roles"][number];
export type Role = Grant["role"];
/** The id of a person; `null` is oneself. */
export type Whose = string | null;

export const TOWN_ADMIN = "town-admin" satisfies Role;
/** In the order of the work. */
export const ALL_ROLES = [
  "administrator",
  "editor",
  "reviewer-1",
  "reviewer-2",
  "reviewer-3",
  "scheduler",
  "auditor",
  TOWN_ADMIN,
] as const satisfies Role[];

interface Items<T> {
  items: T[];
}

/** All keys of this page begin so. */
const PEOPLE = "people";
export const keyOf = (...more: (string | null)[]) => [PEOPLE, ...more];
export const askAgainForPeople = () => void queries.invalidateQueries({ queryKey: [PEOPLE] });

const placeOf = (whose: Whose) => (whose === null ? "/me" : `/people/${inPath(whose)}`);

export const listPeople = (signal: AbortSignal): Promise<Items<Person>> => read("/people", signal);
export const readPerson = (id: string, signal: AbortSignal): Promise<Person> => read(placeOf(id), signal);
export const listSignIns = (whose: Whose, signal: AbortSignal): Promise<Items<SignInRecord>> =>
  read(`${placeOf(whose)}/sign-ins`, signal);
export const listTokens = (whose: Whose, signal: AbortSignal): Promise<Items<ApiToken>> =>
  read(`${placeOf(whose)}/tokens`, signal);
export const listDeputies = (whose: Whose, signal: AbortSignal): Promise<Items<Deputy>> =>
  read(`${placeOf(whose)}/deputies`, signal);
export const endSignIn = (whose: Whose, id: string): Promise<null> =>
  send("DELETE", `${placeOf(whose)}/sign-ins/${inPath(id)}`);
export const revokeToken = (whose: Whose, id: string): Promise<null> =>
  send("DELETE", `${placeOf(whose)}/tokens/${inPath(id)}`);
export const endDeputy = (whose: Whose, id: string): Promise<Items<Deputy>> =>
  send("DELETE", `${placeOf(whose)}/deputies/${inPath(id)}`);

export const invite = (
  name: string,
  roles: readonly Grant[],
): Promise<{ person: Person; invitation: Invitation }> => send("POST", "/people", { name, roles });
export const inviteAgain = (id: string): Promise<Invitation> => send("POST", `${placeOf(id)}/invitation`);
export const setRoles = (id: string, roles: readonly Grant[]): Promise<Person> =>
  send("PUT", `${placeOf(id)}/roles`, { roles });
export const disable = (id: string): Promise<Person> => send("POST", `${placeOf(id)}/disable`);
export const enable = (id: string): Promise<Person> => send("POST", `${placeOf(id)}/enable`);
export const removeFactorOf = (id: string): Promise<Person> => send("DELETE", `${placeOf(id)}/second-factor`);
export const linkWithProvider = (id: string, subject: string): Promise<Person> =>
  send("PUT", `${placeOf(id)}/identity`, { subject });
export const unlinkFromProvider = (id: string): Promise<Person> => send("DELETE", `${placeOf(id)}/identity`);

export const ownLink = (signal: AbortSignal): Promise<{ identity: ProviderLink | null }> =>
  read("/me/identity", signal);
export const confirmLink = (currentPassword: string): Promise<ProviderLink> =>
  send("POST", "/me/identity/confirm", { currentPassword });
export const changePassword = (currentPassword: string, newPassword: string): Promise<null> =>
  send("PUT", "/me/password", { currentPassword, newPassword });
/** `undefined` is the password of who has none. */
type OwnPassword = string | undefined;
interface NewFactor {
  secret: string;
  qrCode: string;
}
export const beginFactor = (currentPassword: OwnPassword): Promise<NewFactor> =>
  send("POST", "/me/second-factor", { currentPassword });
interface RecoveryCodes {
  recoveryCodes: string[];
}
export const confirmFactor = (code: string): Promise<RecoveryCodes> =>
  send("POST", "/me/second-factor/confirm", { code });
export const renewRecoveryCodes = (currentPassword: OwnPassword, code: string): Promise<RecoveryCodes> =>
  send("POST", "/me/recovery-codes", { currentPassword, code });
export const removeFactor = (currentPassword: OwnPassword, code: string): Promise<null> =>
  send("POST", "/me/second-factor/remove", { currentPassword, code });
export const createToken = (token: {
  label: string;
  scopes: string[];
  expiresInDays: number;
}): Promise<ApiToken & { token: string }> => send("POST", "/me/tokens", token);
export const nameDeputy = (deputy: {
  role: string;
  deputy: string;
  from: string;
  until: string;
}): Promise<Items<Deputy>> => send("POST", "/me/deputies", deputy);
