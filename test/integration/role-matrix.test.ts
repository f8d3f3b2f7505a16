import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { SECOND_MS } from "../../src/clock.ts";
import { addressedObjects, type Walker } from "../support/addressed-objects.ts";
import { type Answered, operationsAt, type WalkedOperation, walkTo } from "../support/api-walk.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { fittingRequest, takesFile } from "../support/fitting-request.ts";
import { FAR_VILLAGE, TOWN, VILLAGE } from "../support/fleet.ts";
import { FAR_MEMBER, type FurnishedCounty, furnishCounty } from "../support/furnished-county.ts";
import { isWithoutFactor, REACH_OF } from "../support/object-matrix.ts";
import { accept, everywhere, invite, ofArea, PASSWORD, tokenIn } from "../support/people.ts";
import { LETTERS, ROLE_MATRIX } from "../support/role-matrix.ts";
import { setUpSecondFactor } from "../support/second-factor.ts";
import { tusClient } from "../support/tus.ts";

type Letter = keyof typeof LETTERS;
const UNKNOWN_ID = "01a208ab-4f54-7701-b61f-65b7cb025a6e";
const SCOPE = "timetable:read";
/** Of whom the server asks a second factor. */
const CAN_INTERRUPT: Letter[] = ["A", "S", "T"];

let app: RunningApp;
let county: FurnishedCounty;
let secret: string;
let valuesOf: Awaited<ReturnType<typeof addressedObjects>>;
let operations: WalkedOperation[];
/** By letter. */
const people = new Map<Letter, Walker>();
/** By operation. */
const somethingThere = new Map<string, readonly string[]>();

const walker = (letter: Letter): Walker => {
  const person = people.get(letter);
  if (!person) throw new Error(`Nobody is ${letter}.`);
  return person;
};
const mayCall = (letter: Letter, { name }: WalkedOperation): boolean =>
  ROLE_MATRIX.get(name) === "public" || Array.from(ROLE_MATRIX.get(name) ?? "").includes(letter);

async function letIn(name: string, letter: Letter): Promise<Walker> {
  const role = LETTERS[letter];
  const { invitation } = await invite(app, name, role === "town-admin" ? ofArea(TOWN) : everywhere(role));
  await accept(app.url, tokenIn(invitation.url));
  return { name, operator: await signIn(app.url, name, PASSWORD) };
}

beforeAll(async () => {
  app = await runApp({ env: { SECOND_FACTOR: "required", TRANSCODE_CONCURRENCY: "1" } });
  secret = await setUpSecondFactor(app.operator, app.password);
  county = await furnishCounty(app);
  for (const [letter, role] of Object.entries(LETTERS) as [Letter, string][]) {
    const person = await letIn(role, letter);
    if (CAN_INTERRUPT.includes(letter)) await setUpSecondFactor(person.operator, PASSWORD);
    people.set(letter, person);
  }
  valuesOf = await addressedObjects(app, county);
  operations = await operationsAt(app.url);
});
afterAll(() => app.close());

/** With ids that nothing has. */
function call(operation: WalkedOperation, headers: Record<string, string>): Promise<Answered> {
  const path = operation.path
    .replace("{code}", TOWN)
    .replace("{position}", "1")
    .replace("{sha256}", "0".repeat(64))
    .replaceAll(/\{[^}]+\}/g, UNKNOWN_ID);
  return walkTo(app.url + path, operation, { headers });
}

test("every operation of the API is in the declared matrix, and nothing else", () => {
  expect(operations.length).toBeGreaterThan(100);
  expect(operations.map(({ name }) => name).toSorted()).toEqual([...ROLE_MATRIX.keys()].toSorted());
  const withIds = operations.filter(({ name }) => name.includes("{}"));
  expect(withIds.map(({ name }) => name).toSorted()).toEqual([...REACH_OF.keys()].toSorted());
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
    // The one of the set-up counts no more.
    code: new TOTP({ secret }).generate({ timestamp: Date.now() + 30 * SECOND_MS }),
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

test("where a resumable upload goes decides who may begin it", async () => {
  const { contents, announced } = county;
  const [near, far] = [
    await announced(VILLAGE, { upload: true }),
    await announced(FAR_VILLAGE, { upload: true }),
  ];
  const mayBegin = {
    "recordings/notice": "AEST",
    [`episodes/${contents.episodes}/segments/1`]: "E",
    [`sessions/${contents.sessions}`]: "E",
    [`announcements/${near}`]: "AST",
    [`announcements/${far}`]: "AS",
  };
  for (const [target, letters] of Object.entries(mayBegin))
    for (const letter of Object.keys(LETTERS) as Letter[]) {
      const begun = await tusClient(app.url, walker(letter).operator.credentials).create({ target }, 44);
      expect([target, letter, begun.status]).toEqual([target, letter, letters.includes(letter) ? 201 : 403]);
    }
});

/** Whether the guard refuses it, and not the act itself for what it would do. */
const isRefused = ({ status, problem }: Answered): boolean =>
  status === 401 ||
  (status === 403 && (!problem || ["roles", "areas", "secondFactor"].some((each) => each in problem)));

/** Whether of a device in the other town, and of who was at the lecture there. */
const TOLD_OF_FAR: Partial<Record<Letter, boolean[]>> = { A: [true, true], T: [false, false] };

describe.each(Object.entries(LETTERS) as [Letter, string][])("%s, the %s,", (letter) => {
  /** What they were told, all of it. */
  const told: string[] = [];

  test("reaches what is really there as far as the matrix says", async () => {
    const by = walker(letter);
    const callAbout = async (operation: WalkedOperation, values: readonly string[]) => {
      const rest = [...values];
      const path = operation.path.replaceAll(/\{[^}]+\}/g, () => rest.shift() ?? "");
      const { headers, body } = fittingRequest(operation, county);
      const all = { ...headers, ...by.operator.credentials };
      const answer = await walkTo(app.url + path, operation, { headers: all, body });
      told.push(answer.text);
      return answer;
    };
    const withIds = operations.filter(({ name }) => name.includes("{}"));
    for (const operation of withIds) {
      const { name } = operation;
      if (!mayCall(letter, operation)) {
        expectRefusedFor(name, await callAbout(operation, await thereFor(name)));
        continue;
      }
      const reach = REACH_OF.get(name);
      // Only reviewers have deputies of their own.
      const hasOne = name !== "DELETE /me/deputies/{}" || "123".includes(letter);
      const near = await valuesOf(name, hasOne ? "near" : "far", by);
      if (hasOne) expectReached(name, await callAbout(operation, near));
      // What is not there is in no area, but for a region by its code.
      const isKept = letter === "T" && reach === "area";
      for (const values of nowhereLike(name, near)) {
        const answer = await callAbout(operation, values);
        (isKept && name.includes(" /regions/") ? expectOutside : expectNotThere)(name, answer);
      }
      if (reach === "county") continue;
      const far = await callAbout(operation, await valuesOf(name, "far", by));
      if (reach === "own") expectNotThere(name, far);
      else (isKept ? expectOutside : expectReached)(name, far);
    }
    expect(told.length).toBeGreaterThanOrEqual(withIds.length);
  });

  test("may call what the matrix says, and is told whom to ask for all else", async () => {
    const { credentials } = walker(letter).operator;
    for (const operation of operations) {
      const answer = await call(operation, credentials);
      told.push(answer.text);
      const isAllowed = mayCall(letter, operation);
      expect([operation.name, isRefused(answer)]).toEqual([operation.name, !isAllowed]);
      expect(answer.status).toBeLessThan(500);
      if (!isAllowed) expectRefusedFor(operation.name, answer);
    }
    // Of devices and people in another town a town's admin is told nothing by anything; an administrator is.
    const isTold = [county.devices.far.identity.id, FAR_MEMBER].map((far) => told.join().includes(far));
    expect(isTold).toEqual(TOLD_OF_FAR[letter] ?? isTold);
  });
});

/** By the roles alone, the same whether it is there or not. */
function expectRefusedFor(name: string, { status, problem }: Answered): void {
  expect([name, status]).toEqual([name, 403]);
  // Of a problem a `HEAD` has the status alone.
  if (name.startsWith("HEAD")) return;
  expect(problem).toMatchObject({
    type: "urn:ccx:problem:forbidden",
    detail: "Your roles do not include this.",
    hint: expect.stringMatching(/^Ask who has the role: .+\. An administrator gives roles/) as string,
    roles: Array.from(ROLE_MATRIX.get(name) ?? "", (each) => LETTERS[each as Letter]),
  });
}

function expectOutside(name: string, { status, problem }: Answered): void {
  const detail = `This is outside your area: ${TOWN}.`;
  expect([name, status, problem]).toMatchObject([name, 403, { detail, areas: [TOWN] }]);
}

function expectNotThere(name: string, { status }: Answered): void {
  expect([name, status]).toEqual([name, 404]);
}

function expectReached(name: string, answer: Answered): void {
  const { status, text } = answer;
  const isReached = !isRefused(answer) && (status < 400 || [403, 409].includes(status));
  expect([name, isReached || (takesFile(name) && status === 422), text]).toEqual([name, true, text]);
}

/** Something that is there, for who may not reach it anyway. */
async function thereFor(name: string): Promise<readonly string[]> {
  const values = somethingThere.get(name) ?? (await valuesOf(name, "far", walker("A")));
  somethingThere.set(name, values);
  return values;
}

/** The same address, about what is not there: the first of it, then the second where that is an id. */
function nowhereLike(name: string, [first, second]: readonly string[]): string[][] {
  // The one makes what is not there, the other takes a sign-in provider first.
  if (["PUT /software-channels/{}", "PUT /people/{}/identity"].includes(name)) return [];
  let nowhere = UNKNOWN_ID;
  if (name.includes(" /regions/")) nowhere = "370783199000";
  if (/recordings|trash/.test(name)) nowhere = "0".repeat(64);
  if (second === undefined) return [[nowhere]];
  return second.length === UNKNOWN_ID.length
    ? [
        [nowhere, second],
        [first ?? "", UNKNOWN_ID],
      ]
    : [[nowhere, second]];
}

test.each(CAN_INTERRUPT)(
  "%s, without a second factor, looks and stops, and sees to the own account",
  async (letter) => {
    const { operator } = await letIn(`no code ${letter}`, letter);
    for (const operation of operations) {
      if (!mayCall(letter, operation)) continue;
      const { status, problem } = await call(operation, operator.credentials);
      const isAsked = status === 403 && (!problem || problem["secondFactor"] === "needed");
      const isPublic = ROLE_MATRIX.get(operation.name) === "public";
      expect([operation.name, isAsked]).toEqual([
        operation.name,
        !isPublic && !isWithoutFactor(operation.name),
      ]);
    }
  },
);
