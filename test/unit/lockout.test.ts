import { expect, test } from "vitest";
import { createTransact, openDatabase } from "../../src/db/open.ts";
import { createLockout } from "../../src/people/lockout.ts";
import { createSignInStore } from "../../src/people/sign-in-store.ts";
import { createTestClock } from "../support/fleet.ts";

function lockoutAt() {
  const clock = createTestClock();
  const db = openDatabase(":memory:", clock.now());
  const lockout = createLockout({ store: createSignInStore(db), transact: createTransact(db), clock });
  return { clock, lockout };
}
const tooMany = expect.objectContaining({ code: "too_many" });

test("an address waits after twenty failures, whichever accounts it tried; other addresses go on", () => {
  const { clock, lockout } = lockoutAt();
  for (let tries = 0; tries < 20; tries += 1) lockout.begin(`name ${tries}`, "192.0.2.1");
  expect(() => lockout.begin("another", "192.0.2.1")).toThrow(tooMany);
  expect(() => lockout.begin("another", "192.0.2.2")).not.toThrow();
  clock.advance(30_000);
  expect(() => lockout.begin("another", "192.0.2.1")).not.toThrow();
});

test("what succeeds does not count, and does not clear what others got wrong from its address", () => {
  const { lockout } = lockoutAt();
  for (let tries = 0; tries < 30; tries += 1) lockout.begin("somebody", "192.0.2.1")("succeeded");
  for (let tries = 0; tries < 19; tries += 1) lockout.begin(`name ${tries}`, "192.0.2.1");
  lockout.begin("somebody", "192.0.2.1")("succeeded");
  lockout.begin("last", "192.0.2.1");
  expect(() => lockout.begin("somebody", "192.0.2.1")).toThrow(tooMany);
});

test("all is forgotten after a day", () => {
  const { clock, lockout } = lockoutAt();
  for (let tries = 0; tries < 5; tries += 1) lockout.begin("somebody", "192.0.2.1");
  clock.advance(24 * 3_600_000);
  for (let tries = 0; tries < 5; tries += 1) lockout.begin("somebody", "192.0.2.1");
  expect(() => lockout.begin("somebody", "192.0.2.1")).toThrow(tooMany);
});
