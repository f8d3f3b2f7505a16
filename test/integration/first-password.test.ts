import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDesk } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";
import { everywhere, PASSWORD } from "../support/people.ts";

test("the first password is in a file of the server's account alone, until it is changed or set anew", async () => {
  const data = mkdtempSync(join(tmpdir(), "ccx-first-"));
  const file = join(data, "first-password");
  const desk = await openDesk(createTestClock(), { DATA_DIR: data });
  try {
    const { people, passwords, signIns } = desk.services;
    const password = readFileSync(file, "utf8").trim();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { invitation } = people.invite("编辑", everywhere("editor"), desk.userId);
    await passwords.acceptInvitation(invitation.token, PASSWORD);
    expect(existsSync(file)).toBe(true);

    const address = "192.0.2.1";
    const { signIn } = await signIns.signIn({ name: "admin", password, address, agent: "" }, () => {});
    await expect(passwords.change(signIn, "not it", PASSWORD, address)).rejects.toThrow(/is not right/);
    expect(existsSync(file)).toBe(true);
    await passwords.change(signIn, password, PASSWORD, address);
    expect(existsSync(file)).toBe(false);

    writeFileSync(file, password);
    await passwords.reset("admin");
    expect(existsSync(file)).toBe(false);
    // The database has people: no other one is made.
    expect(await people.createFirstAdministrator()).toBeNull();
    expect(existsSync(file)).toBe(false);
  } finally {
    await desk.close();
    rmSync(data, { recursive: true });
  }
});
