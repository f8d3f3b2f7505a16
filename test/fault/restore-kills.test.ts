import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBackup } from "../../src/backup/make-backup.ts";
import { refuseHalfRestored } from "../../src/backup/restore.ts";
import { openDatabase } from "../../src/db/open.ts";
import { openSecretBox } from "../../src/db/secrets-key.ts";
import { AppError } from "../../src/errors.ts";

/** Calls that name and remove files: before each of them the folder is as a kill may leave it. */
const CALLS = ["link", "linkat", "rename", "renameat", "renameat2", "unlink", "unlinkat"];
const LAST_WORD = "said after the backup, and only in the write-ahead log";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-restore-kills-"));
});
afterAll(() => rm(folder, { recursive: true }));

const inFolder = (...names: string[]) => join(folder, ...names);
const database = (dir: string) => inFolder(dir, "cuncunxiang.db");

/** A backup, and a database that says more than it, as a killed server leaves it: beside its write-ahead log. */
function makeBoth(): void {
  const path = database("open");
  const empty = openDatabase(path, 1);
  const keyFile = inFolder("open", "secrets.key");
  openSecretBox(empty, keyFile);
  empty.close();
  const order = { databasePath: path, mediaDir: inFolder("media"), backupDir: inFolder("backups"), keyFile };
  makeBackup({ ...order, now: 1, version: "test", isHashed: false });
  const db = openDatabase(path, 1);
  db.prepare("INSERT INTO settings (key, value) VALUES ('last-word', ?)").run(LAST_WORD);
  cpSync(inFolder("open"), inFolder("killed"), { recursive: true });
  db.close();
  rmSync(`${database("killed")}-shm`, { force: true });
}

/** Restores the backup over the database in `dir`, and dies before such a call. @returns whether it died */
async function restore(dir: string, dies: { call: string; n: number } | null): Promise<boolean> {
  const inject = ["-e", `trace=${CALLS.join()}`];
  if (dies) inject.push("-e", `inject=${dies.call}:signal=SIGKILL:when=${dies.n}`);
  const env = {
    ...process.env,
    DATA_DIR: inFolder(dir),
    MEDIA_DIR: inFolder("media"),
    BACKUP_DIR: inFolder("backups"),
  };
  const program = [process.execPath, "scripts/restore.ts", "latest"];
  const child = spawn("strace", ["-f", "-o", inFolder("calls"), ...inject, ...program], { env });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`the restore ended with ${code}: ${said}`);
  return code !== 0;
}

function lastWord(dir: string): unknown {
  const db = openDatabase(database(dir), 2);
  try {
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    return db.prepare("SELECT value FROM settings WHERE key = 'last-word'").pluck().get();
  } finally {
    db.close();
  }
}

function hintAt(dir: string): string | null {
  try {
    refuseHalfRestored(database(dir));
    return null;
  } catch (error) {
    return error instanceof AppError ? (error.hint ?? "") : String(error);
  }
}

/** What is there after a kill by what is said of it, and the last word of it. */
function whatIsLeft(dir: string): { left: "old" | "exchanged" | "whole"; lastWord: unknown } {
  const hint = hintAt(dir);
  if (hint === null) return { left: "whole", lastWord: lastWord(dir) ?? LAST_WORD };
  if (hint.includes("The database as it was before lies in")) {
    const aside = readdirSync(inFolder(dir)).find((name) => name.startsWith("replaced-")) ?? "";
    return { left: "exchanged", lastWord: lastWord(join(dir, aside)) };
  }
  cpSync(inFolder(dir), inFolder("as-before"), { recursive: true });
  rmSync(`${database("as-before")}.restoring`);
  const before = lastWord("as-before");
  rmSync(inFolder("as-before"), { recursive: true });
  return { left: "old", lastWord: before };
}

test("a restore that is killed between any two steps leaves the old database, the new one, or a true hint", async () => {
  makeBoth();
  const met = new Set<string>();
  for (const call of CALLS) {
    for (let n = 1; ; n += 1) {
      const dir = `${call}-${n}`;
      cpSync(inFolder("killed"), inFolder(dir), { recursive: true });
      if (!(await restore(dir, { call, n }))) break;
      const { left, lastWord: before } = whatIsLeft(dir);
      met.add(left);
      expect({ dir, left, before }).toEqual({ dir, left, before: LAST_WORD });
      expect(await restore(dir, null)).toBe(false);
      expect(existsSync(`${database(dir)}.restoring`)).toBe(false);
      expect(lastWord(dir)).toBeUndefined();
      rmSync(inFolder(dir), { recursive: true });
    }
  }
  expect([...met].toSorted()).toEqual(["exchanged", "old", "whole"]);
}, 600_000);
