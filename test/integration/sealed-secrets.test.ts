import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { TOTP } from "otpauth";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import type { Manifest } from "../../src/backup/backup.ts";
import { checkDatabase } from "../../src/backup/backup-check.ts";
import { type Restored, restoreBackup } from "../../src/backup/restore.ts";
import { systemClock } from "../../src/clock.ts";
import { openDatabase, openDatabaseReadOnly } from "../../src/db/open.ts";
import { openSecretBox } from "../../src/db/secrets-key.ts";
import type { KeySet } from "../../src/protocol/key-set.ts";
import { createVerifier, VerificationError } from "../../src/protocol/signing.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { type Member, VILLAGE } from "../support/fleet.ts";
import { accept, everywhere, invite, newPerson, PASSWORD, tokenIn } from "../support/people.ts";

let folder: string;
let app: RunningApp;
let password: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-sealed-"));
  password = "";
  app = await start("data");
  ({ password } = app);
  await importRegions(app.operator);
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** A server on this data folder; the media and the backups are the same for all of them. */
const start = (data: string, env: Record<string, string> = {}): Promise<RunningApp> =>
  runApp({
    env: {
      DATA_DIR: join(folder, data),
      MEDIA_DIR: join(folder, "media"),
      BACKUP_DIR: join(folder, "backups"),
      ...env,
    },
    password,
  });
const database = (data: string) => join(folder, data, "cuncunxiang.db");
const keyFile = (data: string) => join(folder, data, "secrets.key");

async function setUpFactor(operator: Operator): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = await operator.post<{ secret: string }>("/me/second-factor", {
    currentPassword: PASSWORD,
  });
  const code = new TOTP({ secret }).generate();
  const { recoveryCodes } = await operator.post<{ recoveryCodes: string[] }>("/me/second-factor/confirm", {
    code,
  });
  return { secret, recoveryCodes };
}
const trustedKeys = async () => (await (await fetch(`${app.url}/.well-known/jwks.json`)).json()) as KeySet;
const playlistOf = async ({ token }: Member) =>
  (await fetch(`${app.url}/device/v1/playlist`, { headers: { authorization: `Bearer ${token}` } })).text();

const restored = (name: string, data: string, { withoutKey = false } = {}): Restored => {
  mkdirSync(join(folder, data), { recursive: true });
  return restoreBackup({
    backup: join(folder, "backups", name),
    databasePath: database(data),
    keyFile: keyFile(data),
    withoutKey,
    now: systemClock.now(),
    record: () => {},
  });
};

describe("the key of the secrets", () => {
  test("is a file of the server's account alone, made once, and in no backup", async () => {
    const key = readFileSync(keyFile("data"), "utf8").trim();
    expect(Buffer.from(key, "base64url")).toHaveLength(32);
    expect(statSync(keyFile("data")).mode & 0o777).toBe(0o600);
    const { name } = await app.operator.post<Manifest>("/backups");
    expect(readdirSync(join(folder, "backups")).toSorted()).toEqual([
      name,
      `${name}.json`,
      `${name}.media.gz`,
    ]);
    await app.close();
    app = await start("data");
    expect(readFileSync(keyFile("data"), "utf8").trim()).toBe(key);
  });

  test("may lie elsewhere; one that is missing, another or none is refused, and none is made", async () => {
    const before = await trustedKeys();
    await app.close();
    const elsewhere = join(folder, "elsewhere.key");
    renameSync(keyFile("data"), elsewhere);
    const db = openDatabase(database("data"), systemClock.now());
    const open = () => openSecretBox(db, keyFile("data"));
    expect(open).toThrow(`is missing: "${keyFile("data")}"`);
    expect(existsSync(keyFile("data"))).toBe(false);
    writeFileSync(keyFile("data"), randomBytes(32).toString("base64url"));
    expect(open).toThrow("is not the one of this database");
    writeFileSync(keyFile("data"), "no key");
    expect(open).toThrow("does not hold a key");
    db.close();
    app = await start("data", { SECRETS_KEY_FILE: elsewhere });
    expect(await trustedKeys()).toEqual(before);
  });
});

test("no secret can be read in the database or a backup of it", async () => {
  const person = await newPerson(app, "scheduler", everywhere("scheduler"));
  const { secret, recoveryCodes } = await setUpFactor(person);
  const { name } = await app.operator.post<Manifest>("/backups");
  const files = [database("data"), `${database("data")}-wal`, join(folder, "backups", name)];
  const kid = (await trustedKeys()).keys[0]?.kid ?? "";
  for (const file of files) {
    const bytes = readFileSync(file, "latin1");
    for (const open of [secret, recoveryCodes[0], password, '"d":'])
      expect({ file, found: bytes.includes(String(open)) }).toEqual({ file, found: false });
  }
  // What was looked for in the right place, and is there, sealed.
  const backup = openDatabaseReadOnly(join(folder, "backups", name));
  const sealed = backup
    .prepare<[], string>("SELECT key FROM settings WHERE key LIKE 'secret/%' ORDER BY key")
    .pluck()
    .all();
  expect(sealed).toEqual([
    "secret/check-in-key",
    "secret/csrf-key",
    "secret/erasure-key",
    "secret/lockout-key",
    "secret/media-url-secret",
  ]);
  expect(backup.prepare("SELECT COUNT(*) FROM second_factors").pluck().get()).toBe(1);
  expect(backup.prepare("SELECT kid FROM signing_keys WHERE kid = ?").pluck().get(kid)).toBe(kid);
  backup.close();
});

describe("a backup on a new machine", () => {
  test("with a copy of the key file goes on as before: devices trust what it signs, second factors hold", async () => {
    const device = await enrolDevice(app.operator, app.url, VILLAGE);
    const person = await newPerson(app, "scheduler", everywhere("scheduler"));
    const { secret } = await setUpFactor(person);
    const { name } = await app.operator.post<Manifest>("/backups");
    await app.close();
    mkdirSync(join(folder, "new"));
    writeFileSync(keyFile("new"), readFileSync(keyFile("data")));
    expect(restored(name, "new").lost).toBeNull();
    app = await start("new");
    expect(await createVerifier(device.keys)("playlist", await playlistOf(device))).toMatchObject({
      keySerial: 1,
    });
    await expect(signIn(app.url, "scheduler", PASSWORD)).rejects.toMatchObject({
      problem: { secondFactor: "needed" },
    });
    const later = new TOTP({ secret }).generate({ timestamp: systemClock.now() + 30_000 });
    expect(await (await signIn(app.url, "scheduler", PASSWORD, later)).get("/me")).toMatchObject({
      secondFactor: { setUp: true, recoveryCodesLeft: 0 },
    });
  });

  test("without it is refused, and says who and what it costs; goes on without when that is said", async () => {
    const device = await enrolDevice(app.operator, app.url, VILLAGE);
    await setUpFactor(await newPerson(app, "scheduler", everywhere("scheduler")));
    const { name } = await app.operator.post<Manifest>("/backups");
    const before = await trustedKeys();
    await app.close();
    expect(() => restored(name, "new")).toThrow(
      expect.objectContaining({
        code: "conflict",
        message: expect.stringContaining(keyFile("new")),
        hint: expect.stringMatching(/1 devices have to be enrolled anew.* set up anew by scheduler\.$/),
      }),
    );
    expect(readdirSync(join(folder, "new"))).toEqual([]);
    // A file that a failing disk left of it counts as none.
    writeFileSync(keyFile("new"), "half a k");
    expect(() => restored(name, "new")).toThrow(/does not hold a key/);
    expect(restored(name, "new", { withoutKey: true }).lost).toEqual({
      secondFactorsOf: ["scheduler"],
      devicesToEnrol: 1,
    });
    app = await start("new");
    const me = await (await signIn(app.url, "scheduler", PASSWORD)).get("/me");
    expect(me).toMatchObject({ secondFactor: { setUp: false, proven: false } });
    const after = await trustedKeys();
    expect(after.keys.map(({ kid }) => kid)).not.toContain(before.keys[0]?.kid);
    const refused = await createVerifier(device.keys)("playlist", await playlistOf(device)).catch(
      (error: unknown) => (error instanceof VerificationError ? error.reason : error),
    );
    expect(refused).toBe("unknown-key");
    const again = await enrolDevice(app.operator, app.url, VILLAGE);
    expect(await createVerifier(again.keys)("playlist", await playlistOf(again))).toMatchObject({
      keySerial: 1,
    });
  });

  test("that was changed where it lies is refused, its manifest with it, also when it says that nobody sealed it", async () => {
    const { name } = await app.operator.post<Manifest>("/backups");
    await app.close();
    const backup = join(folder, "backups", name);
    const write = (manifest: object) => writeFileSync(`${backup}.json`, JSON.stringify(manifest));
    const before = JSON.parse(readFileSync(`${backup}.json`, "utf8")) as Manifest;
    const db = new Sqlite(backup);
    db.exec("UPDATE users SET name = 'nobody knows whom' WHERE name = 'admin'");
    db.close();
    const forged = { ...before, ...checkDatabase(backup) };
    for (const manifest of [forged, { ...forged, seal: null }, { ...forged, seal: "" }]) {
      write(manifest);
      expect(() => restored(name, "data")).toThrow("its manifest is not as this server wrote it");
    }
    expect(readdirSync(join(folder, "data")).filter((file) => file.includes("restor"))).toEqual([]);
    app = await start("data");
    expect(await app.operator.get("/me")).toMatchObject({ user: { name: "admin" } });
  });

  test("opens no door that was open then: tokens, invitations, recovery codes, enrolment codes", async () => {
    const person = await newPerson(app, "scheduler", everywhere("scheduler"));
    const { recoveryCodes } = await setUpFactor(person);
    const script = await person.post<{ token: string }>("/me/tokens", {
      code: recoveryCodes.at(-1),
      label: "nightly",
      scopes: ["timetable:read"],
      expiresInDays: 30,
    });
    const { invitation } = await invite(app, "editor", everywhere("editor"));
    const { id } = await app.operator.post<{ id: string }>("/devices", {
      regionCode: VILLAGE,
      kind: "loudspeaker",
    });
    const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
    const { name } = await app.operator.post<Manifest>("/backups");
    await app.close();
    restored(name, "data");
    rmSync(join(folder, "backups"), { recursive: true });
    app = await start("data");
    const byScript = await fetch(`${app.url}/api/v1/schedules`, {
      headers: { authorization: `Bearer ${script.token}` },
    });
    expect(byScript.status).toBe(401);
    await expect(accept(app.url, tokenIn(invitation.url))).rejects.toMatchObject({ status: 404 });
    await expect(signIn(app.url, "scheduler", PASSWORD, recoveryCodes[0])).rejects.toMatchObject({
      status: 401,
      problem: { secondFactor: "wrong" },
    });
    const enrol = await fetch(`${app.url}/device/v1/enroll`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, hardwareId: "hw-1", kind: "loudspeaker", model: "m", software: "1" }),
    });
    expect(enrol.status).toBe(401);
  });
});
