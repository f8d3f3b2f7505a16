import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestClock } from "../support/fleet.ts";
import { openPeople } from "../support/people-alone.ts";

const FORMER_KIB = 19_456;
const LATER_KIB = 20_480;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-password-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a password is hashed by the memory that is set today once its person signs in, and by nobody else's guess", async () => {
  const clock = createTestClock();
  const former = openPeople(clock, folder, { passwordMemoryKib: FORMER_KIB });
  const { name = "", password = "" } = (await former.people.createFirstAdministrator()) ?? {};
  const { db, box } = former;
  const { signIns } = openPeople(clock, folder, { db, box, passwordMemoryKib: LATER_KIB });
  const hash = () => db.prepare<[], string>("SELECT password_hash FROM users").pluck().get();
  const from = { name, address: "192.0.2.1", agent: "" };

  await expect(signIns.signIn({ ...from, password: "wrong" }, () => {})).rejects.toThrow("not right");
  expect(hash()).toContain(`$m=${FORMER_KIB},`);
  await signIns.signIn({ ...from, password }, () => {});
  const renewed = hash();
  expect(renewed).toContain(`$m=${LATER_KIB},`);
  await signIns.signIn({ ...from, password }, () => {});
  expect(hash()).toBe(renewed);
  db.close();
});
