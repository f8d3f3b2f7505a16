import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { ROLES, ROLES_OF_AN_AREA } from "../../src/people/permissions.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { verifyAudit } from "../support/audit.ts";
import { enrolDevice, importRegions, makeEpisode, makeTone } from "../support/county.ts";
import { type FuzzedRequest, type Operation, operationsOf, requestsOf } from "../support/fuzzed-request.ts";
import { accept, everywhere, invite, PASSWORD, tokenIn } from "../support/people.ts";
import {
  changedBetween,
  countsFailures,
  doneIn,
  mayGoOn,
  type Stored,
  storedIn,
  wrongOf,
} from "../support/refusal-watch.ts";
import { metadata } from "../support/tus.ts";

/** How often each operation is called, in as many turns: what one answers is known to those that come later. */
const ROUNDS = Number(process.env["FUZZ_ROUNDS"] ?? 9);
const TURNS = 3;
const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_126);
const SIGN_OUT = "DELETE /api/v1/sign-in";
/** The slowest answer is of a text that is spoken, in a second or two; on a machine that is several times busier this long. */
const HANGS_MS = 10_000;
/** How long one operation is asked in one turn, with what makes a failure smaller. What is not through by then has failed. */
const TURN_MS = 300_000;

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
  ["tus-resumable", new Set(["1.0.0"])],
  ["upload-length", new Set(["44", "4"])],
  ["upload-offset", new Set(["0"])],
  ["upload-metadata", new Set([metadata({ target: "recordings/notice", filename: "notice.wav" })])],
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
function remember(
  operation: Operation,
  { contentType, text, location }: Awaited<ReturnType<typeof send>>,
): void {
  const collection = operation.path.split("/")[3] ?? "";
  const add = (name: string, value: unknown): void => {
    const values = there.get(name) ?? new Set();
    there.set(name, values);
    if (typeof value === "string" && !untouchable.has(value) && values.size < MOST_REMEMBERED)
      values.add(value);
  };
  add(collection, location?.split("/").at(-1));
  for (const [, sha256] of text.matchAll(/"sha256":"([0-9a-f]{64})"/g)) add("recordings", sha256);
  if (
    !/^application\/json(;|$)/.test(contentType) ||
    !text.startsWith("{") ||
    operation.path.split("/").length > 5
  )
    return;
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
      remember(operation, await send({ method: "GET", url: operation.path, headers: {} }));
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
  return { status: answer.status, contentType, text, location: answer.headers.get("location") };
}

/** Operations that did what they were asked, at least once. */
const served = new Set<Operation>();

const stored = (): Stored => storedIn(db, app.folder);

/** What follows from earlier requests, such as plans, commands and transcodes, has been done. */
async function atRest(): Promise<Stored> {
  const running = db.prepare("SELECT COUNT(*) FROM jobs WHERE state = 'running'").pluck();
  let last = stored();
  await until(
    () => {
      const now = stored();
      const isSame = running.get() === 0 && changedBetween(last, now).length === 0;
      last = now;
      return isSame;
    },
    { what: "the server to rest", timeoutMs: 60_000 },
  );
  return last;
}

/** What is wrong with the words of a refusal, or nothing. */
function wrongWords(method: string, contentType: string, text: string): string | null {
  if (!contentType.startsWith("application/problem+json")) return `as ${contentType}: ${text.slice(0, 200)}`;
  // Of a problem a `HEAD` has the status alone.
  if (method === "HEAD") return null;
  const { detail, type } = JSON.parse(text) as { detail?: string; type?: string };
  if (!type?.startsWith("urn:ccx:problem:") || !detail) return `a problem without words: ${text}`;
  return /SQLITE|node_modules|\bat .+:\d+:\d+|\/src\//.test(text) ? `tells of its insides: ${text}` : null;
}

/** What is wrong with the answer to a request, or nothing. */
async function wrongWith(operation: Operation, request: FuzzedRequest): Promise<string | null> {
  const before = stored();
  const doneBefore = doneIn(db);
  const answer = await send(request);
  const { status, contentType, text } = answer;
  remember(operation, answer);
  if (status < 300) served.add(operation);
  if (status >= 500) return `${status} ${text}`;
  if (status < 400) return null;
  const words = wrongWords(request.method, contentType, text);
  if (words !== null) return `${status} ${words}`;
  // Whatever the server goes on with meanwhile: what a request has written is in the log as done by it.
  if (!countsFailures(operation.path) && doneIn(db) > doneBefore)
    return `refused with ${status}, and written as done in the audit log`;
  let changed = wrongOf(operation.path, changedBetween(before, stored()));
  // What the server goes on with by itself does not change anew each time that the same is refused.
  for (let n = 0; n < 8 && changed.length > 0 && mayGoOn(changed); n += 1) {
    const rested = await atRest();
    const { status: again } = await send(request);
    if (again < 400) return null;
    const changedNow = changedBetween(rested, stored());
    changed = changed.filter((name) => changedNow.includes(name));
  }
  return changed.length === 0 ? null : `refused with ${status}, and ${changed.join(", ")} changed`;
}

/** Asks one operation so often. @returns the least request that fails, and how to make it again */
async function failing(operation: Operation, seed: number, numRuns: number): Promise<string | null> {
  const property = fc.asyncProperty(requestsOf(operation, knownAs), async (request) => {
    const problem = await wrongWith(operation, request).catch(String);
    if (problem !== null) throw new Error(problem);
  });
  const {
    failed,
    interrupted,
    numRuns: ran,
    counterexample,
    counterexamplePath,
    errorInstance,
    numShrinks,
  } = await fc.check(property, {
    seed,
    numRuns,
    interruptAfterTimeLimit: TURN_MS,
    markInterruptAsFailure: true,
  });
  if (!failed) return null;
  if (!counterexample)
    return `${operation.method} ${operation.path}: ${ran} of ${numRuns} calls in ${TURN_MS} ms${interrupted ? "" : ", and no example"}`;
  const [{ method, url, headers, body }] = counterexample;
  return [
    `${method} ${operation.path}: ${String(errorInstance)}`,
    url,
    JSON.stringify(headers),
    body ?? "",
    `seed ${seed}, path ${counterexamplePath}, made smaller ${numShrinks} times`,
  ]
    .map((line) => line.slice(0, 1500))
    .join("\n  ");
}

test(
  "whatever an operation is asked, it answers in time, refuses in words, and what is refused changes nothing",
  async () => {
    expect(operations.length).toBeGreaterThan(120);
    const wrong = new Map<string, string>();
    for (let turn = 0; turn < TURNS; turn += 1)
      for (const [index, operation] of operations.entries()) {
        const what = `${operation.method} ${operation.path}`;
        // Nothing can be asked after signing out.
        const isLast = what === SIGN_OUT;
        if (isLast && turn < TURNS - 1) continue;
        const runs = isLast ? 1 : Math.ceil(ROUNDS / TURNS);
        const failure = await failing(operation, SEED + turn * 1000 + index, runs);
        if (failure !== null) wrong.set(what, failure);
      }
    expect([...wrong.values()]).toEqual([]);
    // It would find nothing if all it sent were refused at the door.
    expect(served.size).toBeGreaterThan(80);
    expect(app.log.entries.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
    // Of which every refusal has an entry.
    expect(verifyAudit(join(app.folder, "data"))).toMatchObject({ intact: true });
  },
  600_000 + ROUNDS * 100_000,
);
