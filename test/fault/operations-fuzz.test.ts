import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { ROLES, ROLES_OF_AN_AREA } from "../../src/people/permissions.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions, makeEpisode, makeTone } from "../support/county.ts";
import { type FuzzedRequest, type Operation, operationsOf, requestsOf } from "../support/fuzzed-request.ts";
import { accept, everywhere, invite, PASSWORD, tokenIn } from "../support/people.ts";
import { until } from "../support/until.ts";

/** How often each operation is called. */
const ROUNDS = Number(process.env["FUZZ_ROUNDS"] ?? 12);
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_126);
const SIGN_OUT = "DELETE /api/v1/sign-in";
/** Nothing here takes a second by itself; on however busy a machine, what takes this long hangs. */
const HANGS_MS = 60_000;

let app: RunningApp;
let db: Database.Database;
let operations: Operation[];
let credentials: Record<string, string>;
let deviceToken: string;
/** What it may not touch: who does all this. */
const untouchable = new Set<string>();

/** What is there, by the collection it is of. */
const there = new Map<string, Set<string>>([
  ["name", new Set(["党建聚焦", "身边榜样"])],
  ["zone", new Set(["Asia/Shanghai"])],
  ["at", new Set(["2026-12-01T07:00", new Date().toISOString()])],
]);
const MOST_REMEMBERED = 200;

/** Which collection a member of a body or a query is about. */
const COLLECTIONS: Record<string, string> = {
  programmeId: "programmes",
  deviceId: "devices",
  device: "devices",
  scheduleId: "schedules",
  contentId: "episodes",
  contentIds: "episodes",
  regionCode: "regions",
  region: "regions",
  regions: "regions",
  exclude: "regions",
  areas: "regions",
  area: "regions",
  parent: "regions",
  code: "regions",
  within: "regions",
  id: "schedules",
  sha256: "recordings",
  assetSha256: "recordings",
  cursor: "cursors",
};
const knownAs = (name: string): string[] => [...(there.get(COLLECTIONS[name] ?? name) ?? [])];

/** Remembers what an answer names: the members of a collection, and the recordings in it. */
function remember(operation: Operation, text: string): void {
  const collection = operation.path.split("/")[3] ?? "";
  const add = (name: string, value: unknown): void => {
    const values = there.get(name) ?? new Set();
    there.set(name, values);
    if (typeof value === "string" && !untouchable.has(value) && values.size < MOST_REMEMBERED)
      values.add(value);
  };
  for (const [, sha256] of text.matchAll(/"sha256":"([0-9a-f]{64})"/g)) add("recordings", sha256);
  if (!text.startsWith("{") || operation.path.split("/").length > 5) return;
  const answer = JSON.parse(text) as { id?: string; code?: string; items?: { id?: string; code?: string }[] };
  const members = Array.isArray(answer.items) ? answer.items : [answer];
  for (const { id, code } of members) add(collection, collection === "regions" ? code : id);
  add("cursors", (answer as { nextCursor?: string }).nextCursor);
}

beforeAll(async () => {
  app = await runApp();
  await importRegions(app.operator);
  const { identity, token } = await enrolDevice(app.operator, app.url, "370783112201");
  untouchable.add(identity.id);
  deviceToken = token;
  await makeEpisode(app.operator, 1, makeTone(join(app.folder, "tone.wav"), 2));
  const { person, invitation } = await invite(
    app,
    "everybody",
    everywhere(...ROLES.filter((role) => !ROLES_OF_AN_AREA.includes(role))),
  );
  await accept(app.url, tokenIn(invitation.url));
  ({ credentials } = await signIn(app.url, "everybody", PASSWORD));
  const { items } = await app.operator.get<{ items: { id: string }[] }>("/people");
  for (const { id } of [person, ...items]) untouchable.add(id);
  db = new Database(join(app.folder, "data", "cuncunxiang.db"), { readonly: true });

  const answer = await fetch(`${app.url}/api/docs/json`);
  const all = operationsOf((await answer.json()) as Parameters<typeof operationsOf>[0]);
  const isSignOut = ({ method, path }: Operation) => `${method} ${path}` === SIGN_OUT;
  operations = [...all.filter((each) => !isSignOut(each)), ...all.filter(isSignOut)];
  for (const operation of all)
    if (operation.method === "GET" && !operation.path.includes("{"))
      remember(operation, (await send({ method: "GET", url: operation.path, headers: {} })).text);
});
afterAll(async () => {
  db.close();
  await app.close();
});

async function send({ method, url, headers, body }: FuzzedRequest) {
  const own = url.startsWith("/device/") ? { authorization: `Bearer ${deviceToken}` } : credentials;
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(HANGS_MS)]);
  const answer = await fetch(app.url + url, {
    method,
    headers: { ...headers, ...own },
    signal,
    ...(body === undefined ? {} : { body }),
  });
  const contentType = answer.headers.get("content-type") ?? "";
  const text = contentType.startsWith("text/event-stream") ? "" : await answer.text();
  ending.abort();
  return { status: answer.status, contentType, text };
}

/** Operations that did what they were asked, at least once. */
const served = new Set<Operation>();

/** Tables that say what was asked for and refused, and what the server does by itself. */
const OWN_ACCORD = /^(audit_|sign_ins$|sign_in_failures$|migrations$|jobs$|library_runs$|clock_events$)/;

const told = ({ url, headers, body }: FuzzedRequest, problem: string): string =>
  [problem, url, body ?? "", JSON.stringify(headers)].map((line) => line.slice(0, 1500)).join("\n  ");

/** The whole database, as text. */
function contents(): Map<string, string> {
  const names = db.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const tables = (names.pluck().all() as string[]).filter((name) => !OWN_ACCORD.test(name));
  return db.transaction(
    () => new Map(tables.map((name) => [name, JSON.stringify(db.prepare(`SELECT * FROM "${name}"`).all())])),
  )();
}
const changedBetween = (before: Map<string, string>, after: Map<string, string>): string[] =>
  [...before.keys()].filter((name) => before.get(name) !== after.get(name));

/** What follows from earlier requests, such as plans and commands, has been done. */
async function atRest(): Promise<Map<string, string>> {
  let last = contents();
  await until(
    () => {
      const now = contents();
      const isSame = changedBetween(last, now).length === 0;
      last = now;
      return isSame;
    },
    { what: "the database to rest", timeoutMs: 20_000 },
  );
  return last;
}

/** What is wrong with the answer to a request, or nothing. */
async function wrongWith(operation: Operation, request: FuzzedRequest): Promise<string | null> {
  const before = contents();
  const { status, contentType, text } = await send(request);
  remember(operation, text);
  if (status < 300) served.add(operation);
  if (status >= 500) return `${status} ${text}`;
  if (status < 400) return null;
  if (!contentType.startsWith("application/problem+json"))
    return `${status} as ${contentType}: ${text.slice(0, 200)}`;
  const { detail, type } = JSON.parse(text) as { detail?: string; type?: string };
  if (!type?.startsWith("urn:ccx:problem:") || !detail) return `a problem without words: ${text}`;
  if (/SQLITE|node_modules|\bat .+:\d+:\d+|\/src\//.test(text)) return `tells of its insides: ${text}`;
  // Something earlier may have come to its end meanwhile. What is refused for what it is changes the same thing each time.
  let changed = changedBetween(before, contents());
  for (let n = 0; n < 4 && changed.length > 0; n += 1) {
    const rested = await atRest();
    const { status: again } = await send(request);
    if (again < 400) return null;
    const changedNow = changedBetween(rested, contents());
    changed = changed.filter((name) => changedNow.includes(name));
  }
  return changed.length === 0 ? null : `refused with ${status}, and ${changed.join(", ")} changed`;
}

test("whatever an operation is asked, it answers in time, refuses in words, and what is refused changes nothing", async () => {
  expect(operations.length).toBeGreaterThan(120);
  const wrong = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [index, operation] of operations.entries()) {
      const what = `${operation.method} ${operation.path}`;
      // Nothing can be asked after signing out.
      if (what === SIGN_OUT && round < ROUNDS - 1) continue;
      const [request] = fc.sample(requestsOf(operation, knownAs), {
        numRuns: 1,
        seed: SEED + round * 1000 + index,
      });
      if (!request) continue;
      const problem = await wrongWith(operation, request).catch(String);
      if (problem !== null) wrong.set(`${what} ${problem.slice(0, 3)}`, told(request, problem));
    }
  expect([...wrong].map((each) => each.join("\n"))).toEqual([]);
  // It would find nothing if all it sent were refused at the door.
  expect(served.size).toBeGreaterThan(80);
  expect(app.log.entries.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
}, 1_800_000);
