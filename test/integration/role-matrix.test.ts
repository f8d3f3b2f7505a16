import { afterAll, beforeAll, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { importRegions } from "../support/county.ts";
import { accept, everywhere, invite, ofArea, PASSWORD, tokenIn } from "../support/people.ts";
import { LETTERS, ROLE_MATRIX } from "../support/role-matrix.ts";

const TOWN = "370783112000";
const SOME_ID = "01a208ab-4f54-7701-b61f-65b7cb025a6e";
const SCOPE = "timetable:read";

interface Operation {
  method: string;
  path: string;
  act: string | undefined;
  name: string;
}

let app: RunningApp;
let operations: Operation[];
/** By letter. */
const people = new Map<string, Operator>();

beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  for (const [letter, role] of Object.entries(LETTERS)) {
    const roles = role === "town-admin" ? ofArea(TOWN) : everywhere(role);
    const { invitation } = await invite(app, role, roles);
    await accept(app.url, tokenIn(invitation.url));
    people.set(letter, await signIn(app.url, role, PASSWORD));
  }
  const answer = await fetch(`${app.url}/api/docs/json`);
  const { paths } = (await answer.json()) as {
    paths: Record<string, Record<string, { "x-act"?: string }>>;
  };
  operations = Object.entries(paths)
    .filter(([path]) => path.startsWith("/api/v1/"))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== "options")
        .map(([method, operation]) => ({
          method: method.toUpperCase(),
          path,
          act: operation["x-act"],
          name: `${method.toUpperCase()} ${path.replace("/api/v1", "").replaceAll(/\{[^}]+\}/g, "{}")}`,
        })),
    )
    // Signing out comes last.
    .toSorted((a, b) => Number(a.name === "DELETE /sign-in") - Number(b.name === "DELETE /sign-in"));
});
afterAll(() => app.close());

/** The status, and the code of the problem document where there is one. */
async function call({ method, path }: Operation, headers: Record<string, string>) {
  const url = path
    .replace("{code}", TOWN)
    .replace("{position}", "1")
    .replace("{sha256}", "0".repeat(64))
    .replaceAll(/\{[^}]+\}/g, SOME_ID);
  const ending = new AbortController();
  const answer = await fetch(app.url + url, { method, headers, signal: ending.signal });
  const isProblem = answer.headers.get("content-type")?.startsWith("application/problem+json");
  const problem = isProblem ? ((await answer.json()) as Record<string, unknown>) : null;
  ending.abort();
  return { status: answer.status, problem };
}

test("every operation of the API is in the declared matrix, and nothing else", () => {
  expect(operations.length).toBeGreaterThan(100);
  expect(operations.map(({ name }) => name).toSorted()).toEqual([...ROLE_MATRIX.keys()].toSorted());
});

test("a stranger may call what is public, and is asked to sign in for all else", async () => {
  for (const operation of operations) {
    const { status } = await call(operation, {});
    const isPublic = ROLE_MATRIX.get(operation.name) === "public";
    expect([operation.name, status === 401]).toEqual([operation.name, !isPublic]);
  }
});

test("a token may call what it is for, whatever else its person may", async () => {
  const { token } = await app.operator.post<{ token: string }>("/me/tokens", {
    label: "wall display",
    scopes: [SCOPE],
    expiresInDays: 1,
  });
  for (const operation of operations) {
    if (ROLE_MATRIX.get(operation.name) === "public") continue;
    const { status } = await call(operation, { authorization: `Bearer ${token}` });
    const isForIt = operation.act === SCOPE;
    expect([operation.name, status === 403]).toEqual([operation.name, !isForIt]);
  }
});

test.each(Object.entries(LETTERS))(
  "%s, the %s, may call what the matrix says, and is told whom to ask for all else",
  async (letter) => {
    const credentials = people.get(letter)?.credentials ?? {};
    for (const operation of operations) {
      const { status, problem } = await call(operation, credentials);
      const who = ROLE_MATRIX.get(operation.name) ?? "";
      const isAllowed = who === "public" || who.includes(letter);
      expect([operation.name, [401, 403].includes(status)]).toEqual([operation.name, !isAllowed]);
      expect(status).toBeLessThan(500);
      if (isAllowed) continue;
      expect(problem).toMatchObject({
        type: "urn:ccx:problem:forbidden",
        detail: "Your roles do not include this.",
        hint: expect.stringMatching(/^Ask who has the role: .+\. An administrator gives roles/),
        roles: Array.from(who, (each) => LETTERS[each as keyof typeof LETTERS]),
      });
    }
  },
);
