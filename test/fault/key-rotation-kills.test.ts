import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBackup } from "../../src/backup/make-backup.ts";
import { restoreBackup } from "../../src/backup/restore.ts";
import { openDatabase } from "../../src/db/open.ts";
import { SEALED_COLUMNS } from "../../src/db/reseal.ts";
import type { SecretBox } from "../../src/db/secret-box.ts";
import { openSecretBox } from "../../src/db/secrets-key.ts";
import { createServerSecrets } from "../../src/db/server-secrets.ts";
import { createSettings } from "../../src/db/settings.ts";
import { createKeyStore } from "../../src/delivery/key-store.ts";
import { createSecondFactorStore } from "../../src/people/second-factor-store.ts";
import { verifyAudit } from "../support/audit.ts";

/** Calls that name and remove files, and the one that commits: before each of them all is as a kill may leave it. */
const CALLS = ["link", "rename", "unlink", "fdatasync"];

let folder: string;
let csrfKey: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-key-rotation-"));
  const db = openDatabase(database("before"), 1);
  const box = openSecretBox(db, keyFile("before"));
  csrfKey = createServerSecrets(createSettings(db), box).secret("csrf-key");
  db.exec("INSERT INTO users (id, name, roles, created_at) VALUES ('one', 'one', '[]', 1)");
  createSecondFactorStore(db, box).replace("one", "a second factor");
  const key = { kid: "k1", alg: "EdDSA", privateJwk: "a private key" } as const;
  createKeyStore(db, box).saveSet({ serial: 1, issuedAt: 1, keys: [] }, "jws", [key], ["k1"]);
  db.close();
});
afterAll(() => rm(folder, { recursive: true }));

const database = (dir: string) => join(folder, dir, "cuncunxiang.db");
const keyFile = (dir: string) => join(folder, dir, "secrets.key");
const keyIn = (dir: string) => readFileSync(keyFile(dir), "utf8");

/** Rotates in `dir`, and dies before such a call. @returns whether it died */
async function rotate(dir: string, dies: { call: string; n: number } | null): Promise<boolean> {
  const inject = ["-e", `trace=${CALLS.join()}`];
  if (dies) inject.push("-e", `inject=${dies.call}:signal=SIGKILL:when=${dies.n}`);
  const env = { ...process.env, DATA_DIR: join(folder, dir), MEDIA_DIR: join(folder, "media") };
  const program = [process.execPath, "scripts/secrets-rotate.ts"];
  const child = spawn("strace", ["-f", "-o", join(folder, "calls"), ...inject, ...program], { env });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`the rotation ended with ${code}: ${said}`);
  return code !== 0;
}

/** All secrets, opened as a start of the server does it. */
function secretsIn(dir: string): unknown[] {
  const db = openDatabase(database(dir), 2);
  try {
    const box: SecretBox = openSecretBox(db, keyFile(dir));
    return [
      createServerSecrets(createSettings(db), box).secret("csrf-key"),
      createSecondFactorStore(db, box).get("one")?.secret,
      createKeyStore(db, box).find("k1")?.privateJwk,
    ];
  } finally {
    db.close();
  }
}
const secrets = () => [csrfKey, "a second factor", "a private key"];

test("a rotation that is killed between any two steps leaves a key that opens everything", async () => {
  const met = new Set<string>();
  for (const call of CALLS) {
    for (let n = 1; ; n += 1) {
      const dir = `${call}-${n}`;
      cpSync(join(folder, "before"), join(folder, dir), { recursive: true });
      if (!(await rotate(dir, { call, n }))) break;
      expect({ dir, secrets: secretsIn(dir) }).toEqual({ dir, secrets: secrets() });
      expect(readdirSync(join(folder, dir))).not.toContain("secrets.key.next");
      met.add(keyIn(dir) === keyIn("before") ? "the key before" : "the new key");
      rmSync(join(folder, dir), { recursive: true });
    }
  }
  expect([...met].toSorted()).toEqual(["the key before", "the new key"]);
}, 600_000);

test("a rotation leaves nothing sealed as it was, an entry, and the key before for the backups from before", async () => {
  cpSync(join(folder, "before"), join(folder, "whole"), { recursive: true });
  const where = { mediaDir: join(folder, "media"), backupDir: join(folder, "backups") };
  const { name } = makeBackup({
    ...where,
    databasePath: database("whole"),
    keyFile: keyFile("whole"),
    now: 1,
    version: "test",
    isHashed: false,
  });
  const sealed = (): string[] => {
    const db = openDatabase(database("whole"), 2);
    const settings = "SELECT value FROM settings WHERE key = 'secrets-key' OR key LIKE 'secret/%'";
    const columns = SEALED_COLUMNS.map(({ table, column }) => `SELECT ${column} FROM ${table}`);
    const values = [settings, ...columns].flatMap((sql) => db.prepare<[], string>(sql).pluck().all());
    db.close();
    return values;
  };
  const before = sealed();
  expect(before).toHaveLength(4);
  expect(await rotate("whole", null)).toBe(false);
  expect(sealed().filter((value) => before.includes(value))).toEqual([]);
  expect(keyIn("whole")).not.toBe(keyIn("before"));
  expect(statSync(keyFile("whole")).mode & 0o777).toBe(0o600);
  expect(secretsIn("whole")).toEqual(secrets());
  const kept = readdirSync(join(folder, "whole")).filter((file) => file.startsWith("secrets.key.replaced-"));
  expect(kept.map((file) => readFileSync(join(folder, "whole", file), "utf8"))).toEqual([keyIn("before")]);

  const db = openDatabase(database("whole"), 2);
  const entry = db.prepare("SELECT actor_kind, reason FROM audit_entries WHERE act = ?");
  expect(entry.get("the key of the secrets is changed")).toEqual({
    actor_kind: "machine",
    reason: "4 secrets",
  });
  db.close();
  expect(verifyAudit(join(folder, "whole"))).toMatchObject({ intact: true });

  const { lost } = restoreBackup({
    backup: join(folder, "backups", name),
    databasePath: database("whole"),
    keyFile: keyFile("whole"),
    withoutKey: false,
    now: 3,
    record: () => {},
  });
  expect(lost).toBeNull();
  expect(secretsIn("whole")).toEqual(secrets());
}, 60_000);

test("every column that is sealed is sealed anew", () => {
  const db = openDatabase(database("before"), 2);
  const columns = db
    .prepare<[], string>(
      `SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND c.name LIKE 'sealed%' ORDER BY 1`,
    )
    .pluck()
    .all();
  db.close();
  expect(columns).toEqual(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).toSorted());
});
