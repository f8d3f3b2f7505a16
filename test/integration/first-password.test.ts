import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestClock } from "../support/fleet.ts";
import { everywhere, PASSWORD } from "../support/people.ts";
import { openPeople } from "../support/people-alone.ts";

test("the first password is in a file of the server's account alone, until it is changed or set anew", async () => {
  const data = mkdtempSync(join(tmpdir(), "ccx-first-"));
  const file = join(data, "first-password");
  const { db, people, passwords, signIns } = openPeople(createTestClock(), data);
  try {
    const { password = "" } = (await people.createFirstAdministrator()) ?? {};
    expect(readFileSync(file, "utf8")).toBe(`${password}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { invitation } = people.invite("编辑", everywhere("editor"), people.all()[0]?.id ?? "");
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
    db.close();
    rmSync(data, { recursive: true });
  }
});
