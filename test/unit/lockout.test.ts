import { expect, test } from "vitest";
import { createTransact, openDatabase } from "../../src/db/open.ts";
import { PROPOSAL_VALID_MS } from "../../src/interrupts/emergency.ts";
import { createLockout, LONGEST_WAIT_MS } from "../../src/people/lockout.ts";
import { createSignInStore } from "../../src/people/sign-in-store.ts";
import { createTestClock } from "../support/fleet.ts";

function lockoutAt() {
  const clock = createTestClock();
  const db = openDatabase(":memory:", clock.now());
  const store = createSignInStore(db);
  const lockout = createLockout({ store, key: "k", transact: createTransact(db), clock });
  const subjects = db.prepare<[], string>("SELECT subject FROM sign_in_failures").pluck();
  return { clock, lockout, subjects: () => subjects.all() };
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

test("an IPv6 address counts for its network of 64 bits, a mapped IPv4 address for itself", () => {
  const { lockout } = lockoutAt();
  for (let tries = 0; tries < 10; tries += 1) {
    lockout.begin(`name ${tries}`, `2001:db8:0:7::${tries.toString(16)}`);
    lockout.begin(`name ${tries}`, `2001:db8::7:${tries}:0:0:1%eth0`);
    lockout.begin(`mapped ${tries}`, `::ffff:192.0.2.1`);
    lockout.begin(`plain ${tries}`, "192.0.2.1");
  }
  expect(() => lockout.begin("another", "2001:0db8:0000:0007:ffff::1")).toThrow(tooMany);
  expect(() => lockout.begin("another", "2001:db8:0:8::1")).not.toThrow();
  expect(() => lockout.begin("another", "192.0.2.1")).toThrow(tooMany);
});

test("what succeeds does not count, and does not clear what others got wrong from its address", () => {
  const { lockout } = lockoutAt();
  for (let tries = 0; tries < 30; tries += 1) lockout.begin("somebody", "192.0.2.1")("succeeded");
  for (let tries = 0; tries < 19; tries += 1) lockout.begin(`name ${tries}`, "192.0.2.1");
  lockout.begin("somebody", "192.0.2.1")("succeeded");
  lockout.begin("last", "192.0.2.1");
  expect(() => lockout.begin("somebody", "192.0.2.1")).toThrow(tooMany);
});

test("no name can be made up that counts as another's at their address", () => {
  const { lockout } = lockoutAt();
  for (let tries = 0; tries < 5; tries += 1) lockout.begin("deputy\n192.0.2.1", "203.0.113.1");
  expect(() => lockout.begin("deputy\n192.0.2.1", "203.0.113.1")).toThrow(tooMany);
  expect(() => lockout.begin("deputy", "192.0.2.1")).not.toThrow();
});

test("what somebody typed, as a password in the wrong field, is not kept", () => {
  const { lockout, subjects } = lockoutAt();
  lockout.begin("seven villages ring", "192.0.2.1");
  expect(subjects()).toHaveLength(3);
  expect(subjects().join()).not.toContain("seven");
});

test("all is forgotten after a day", () => {
  const { clock, lockout } = lockoutAt();
  for (let tries = 0; tries < 5; tries += 1) lockout.begin("somebody", "192.0.2.1");
  clock.advance(24 * 3_600_000);
  for (let tries = 0; tries < 5; tries += 1) lockout.begin("somebody", "192.0.2.1");
  expect(() => lockout.begin("somebody", "192.0.2.1")).toThrow(tooMany);
});

test("whoever waits longest after wrong passwords is back while an emergency waits for its second person", () => {
  expect(2 * LONGEST_WAIT_MS).toBeLessThan(PROPOSAL_VALID_MS);
});

test("a stranger's attempts keep nobody out who comes by another address, until they are very many", () => {
  const { lockout } = lockoutAt();
  for (let tries = 0; tries < 5; tries += 1) lockout.begin("deputy", "192.0.2.1");
  expect(() => lockout.begin("deputy", "192.0.2.1")).toThrow(tooMany);
  for (let tries = 0; tries < 94; tries += 1) lockout.begin("deputy", `198.51.100.${tries}`);
  lockout.begin("deputy", "203.0.113.1");
  expect(() => lockout.begin("deputy", "203.0.113.2")).toThrow(tooMany);
  lockout.forgive("Deputy");
  expect(() => lockout.begin("deputy", "192.0.2.1")).not.toThrow();
  expect(() => lockout.begin("deputy", "203.0.113.2")).not.toThrow();
});
