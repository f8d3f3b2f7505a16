import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createPeopleStore } from "../../src/people/people-store.ts";
import { createTestClock } from "../support/fleet.ts";
import { openPeople } from "../support/people-alone.ts";

/** While a password is checked, which takes a moment, other things happen. */

const SIGN_INS = "SELECT COUNT(*) FROM sign_ins";
const FAILURES = "SELECT COUNT(*) FROM sign_in_failures";
const HASH = "SELECT password_hash FROM users";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-password-"));
});
afterAll(() => rm(folder, { recursive: true }));

const clock = createTestClock();
let alone: ReturnType<typeof openPeople>;
let attempt: { name: string; password: string; address: string; agent: string };
beforeEach(async () => {
  const former = openPeople(clock, folder, { passwordMemoryKib: 19_456 });
  const { name = "", password = "" } = (await former.people.createFirstAdministrator()) ?? {};
  attempt = { name, password, address: "192.0.2.1", agent: "" };
  // Whoever signs in has the password hashed anew.
  alone = openPeople(clock, folder, { db: former.db, box: former.box, passwordMemoryKib: 20_480 });
});
afterEach(() => void alone.db.close());

const read = (sql: string) => alone.db.prepare<[]>(sql).pluck().get();
const signIn = () => alone.signIns.signIn(attempt, () => {});
function setPassword(hash: string): void {
  const people = createPeopleStore(alone.db);
  people.setPassword(people.byName(attempt.name)?.id ?? "", hash);
}

test("a sign-in by a password that is changed meanwhile is refused, and is no wrong guess", async () => {
  const signingIn = signIn();
  setPassword("changed");
  await expect(signingIn).rejects.toThrow("The name or the password is not right.");
  expect([read(HASH), read(SIGN_INS), read(FAILURES)]).toEqual(["changed", 0, 0]);
});

test("somebody who is disabled meanwhile is not signed in", async () => {
  const signingIn = signIn();
  alone.db.prepare("UPDATE users SET disabled_at = 1").run();
  await expect(signingIn).rejects.toThrow("This account is disabled.");
  expect(read(SIGN_INS)).toBe(0);
});

test("two sign-ins at once, each of which hashes the password anew, are both opened", async () => {
  await Promise.all([signIn(), signIn()]);
  expect(read(SIGN_INS)).toBe(2);
  expect(read(HASH)).toContain("$m=20480,");
});

test("who knew the former password does not replace the new one, nor end its sign-ins", async () => {
  const { signIn: theirs } = await signIn();
  await signIn();
  const changing = alone.passwords.change(theirs, attempt.password, "four words that are new", "192.0.2.1");
  // From then on the former one is being checked.
  while (read(FAILURES) === 0) await setImmediate();
  setPassword("changed");
  await expect(changing).rejects.toThrow("The current password is not right.");
  expect([read(HASH), read(SIGN_INS), read(FAILURES)]).toEqual(["changed", 2, 0]);
});
