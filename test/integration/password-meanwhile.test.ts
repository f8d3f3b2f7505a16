import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createPeopleStore } from "../../src/people/people-store.ts";
import type { SignIn } from "../../src/people/sign-in.ts";
import { createTestClock } from "../support/fleet.ts";
import { openPeople } from "../support/people-alone.ts";

/** While a password is checked, which takes a moment, other things happen. */

const SIGN_INS = "SELECT COUNT(*) FROM sign_ins";
const FAILURES = "SELECT TOTAL(failures) FROM sign_in_failures";
/** By one that is wrong: of the account there and anywhere, and of the address. */
const ONE_WRONG = 3;
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

const change = (theirs: SignIn, current: string) =>
  alone.passwords.change(theirs, current, "four words that are new", "192.0.2.1");
/** What was wrong comes to so much. */
async function failuresAre(count: number): Promise<void> {
  while (read(FAILURES) !== count) await setImmediate();
}

test("who knew the former password does not replace the new one, nor end its sign-ins; it makes nothing forgotten", async () => {
  const { signIn: theirs } = await signIn();
  await signIn();
  await expect(change(theirs, "wrong")).rejects.toThrow("The current password is not right.");
  expect(read(FAILURES)).toBe(ONE_WRONG);
  const changing = change(theirs, attempt.password);
  // From then on the former one is being checked.
  await failuresAre(2 * ONE_WRONG);
  setPassword("changed");
  await expect(changing).rejects.toThrow("The current password is not right.");
  expect([read(HASH), read(SIGN_INS), read(FAILURES)]).toEqual(["changed", 2, ONE_WRONG]);
});

test("nor is one replaced that came while the new one was hashed", async () => {
  const { signIn: theirs } = await signIn();
  await signIn();
  const changing = change(theirs, attempt.password);
  await failuresAre(ONE_WRONG);
  // From then on the former one was right, and the new one is being hashed.
  await failuresAre(0);
  setPassword("changed");
  await expect(changing).rejects.toThrow("The current password is not right.");
  expect([read(HASH), read(SIGN_INS)]).toEqual(["changed", 2]);
});

test("who is signed out while the new password is hashed changes nothing", async () => {
  const { signIn: theirs } = await signIn();
  const former = read(HASH);
  const changing = change(theirs, attempt.password);
  await failuresAre(ONE_WRONG);
  await failuresAre(0);
  alone.db.prepare("DELETE FROM sign_ins").run();
  await expect(changing).rejects.toThrow("Please sign in.");
  expect(read(HASH)).toBe(former);
});

test("who has to wait makes the server hash nothing", async () => {
  const { signIn: theirs } = await signIn();
  for (let tries = 0; tries < 5; tries += 1)
    await expect(change(theirs, "wrong")).rejects.toThrow("The current password is not right.");
  const refused = change(theirs, "wrong").catch(({ message }: Error) => message);
  // A hash takes longer than that.
  expect(await Promise.race([refused, setImmediate("it works on it")])).toContain("Too much was wrong");
});
