import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { MINUTE_MS } from "../clock.ts";
import { flushToDisk, renameDurably } from "../db/durable-file.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { AppError } from "../errors.ts";
import type { Manifest } from "./backup.ts";
import { checkDatabase, type DatabaseProof } from "./backup-check.ts";

/** A restore that has begun to replace the database and was cut off leaves this; the server does not start beside it. */
const RESTORING = ".restoring";
/**
 * Devices ignore a playlist of a lower revision than theirs, and since the backup they were given higher ones. Of what a
 * county changes in a thousand years.
 */
const REVISION_LEAP = 1_000_000_000;
const FETCH_WITHIN_MS = 10 * MINUTE_MS;

export interface Restored {
  proof: DatabaseProof;
  /** Where the database lies that was replaced; `null` when there was none. */
  replaced: string | null;
}

/** @throws {AppError} `conflict` where a restore was cut off */
export function refuseHalfRestored(databasePath: string): void {
  if (!existsSync(databasePath + RESTORING)) return;
  throw new AppError("conflict", "A restore of the database was cut off before its end.", {
    hint: `Run it again: npm run restore -- <backup>. To go on with the database as it was before, remove "${databasePath}${RESTORING}".`,
  });
}

/**
 * Puts a backup in the place of the database. The caller holds the server's locks. Until the backup is proved and copied,
 * nothing is touched; what it replaces is kept beside.
 * @throws {AppError} `conflict` when the backup is damaged or is none
 */
export function restoreBackup(
  backup: string,
  databasePath: string,
  now: number,
  record: (db: Database) => void,
): Restored {
  const manifest = manifestOf(backup);
  const before = proveBackup(backup, manifest);
  const fresh = databasePath + RESTORING;
  const copying = `${fresh}.partial`;
  rmSync(copying, { force: true });
  copyFileSync(backup, copying);
  // The copy is what will be used: what the disk made of it is what is looked at.
  if (checkDatabase(copying).sha256 !== before.sha256) throw damaged(backup, "its copy is another file");
  prepare(copying, now, record);
  renameDurably(copying, fresh);
  const replaced = layAside(databasePath, now);
  for (const suffix of ["-wal", "-shm"]) rmSync(databasePath + suffix, { force: true });
  renameDurably(fresh, databasePath);
  return { proof: checkDatabase(databasePath), replaced };
}

/** @throws {AppError} `conflict` naming the damage */
export function proveBackup(backup: string, manifest: Manifest): DatabaseProof {
  const proof = checkDatabase(backup);
  if (proof.sha256 !== manifest.sha256)
    throw damaged(backup, "its bytes are not the ones that its manifest was written for");
  for (const [table, count] of Object.entries(manifest.rows)) {
    if (proof.rows[table] !== count)
      throw damaged(backup, `it has ${proof.rows[table] ?? 0} of ${count} rows of ${table}`);
  }
  return proof;
}

/** @throws {AppError} `not_found` */
export function manifestOf(backup: string): Manifest {
  try {
    return JSON.parse(readFileSync(`${backup}.json`, "utf8")) as Manifest;
  } catch (cause) {
    throw new AppError(
      "not_found",
      `"${backup}" is no backup: it has no manifest that can be read beside it.`,
      {
        cause,
        hint: "Name a file that npm run backup or the server made, with its .json in the same folder.",
      },
    );
  }
}

const damaged = (backup: string, problem: string): AppError =>
  new AppError("conflict", `The backup "${basename(backup)}" is damaged: ${problem}.`, {
    hint: "Nothing was changed. Use another backup (npm run restore lists them).",
  });

/** What must not be as it was: sign-ins that may have ended since, and revisions that devices have passed. */
function prepare(path: string, now: number, record: (db: Database) => void): void {
  const db = openDatabase(path, now);
  db.exec(`DELETE FROM sign_ins; UPDATE playlist_revisions SET revision = revision + ${REVISION_LEAP}`);
  // Also for devices whose areas had none yet.
  db.prepare(
    `INSERT INTO playlist_revisions (scope, revision, changed_at, fetch_by)
     SELECT 'area/' || code, (SELECT COALESCE(MAX(revision), ${REVISION_LEAP}) + 1 FROM playlist_revisions), @now, @fetchBy
     FROM regions WHERE parent IS NULL
     ON CONFLICT (scope) DO UPDATE SET revision = excluded.revision, changed_at = excluded.changed_at,
       fetch_by = excluded.fetch_by`,
  ).run({ now, fetchBy: now + FETCH_WITHIN_MS });
  record(db);
  // One file again, that can be renamed alone.
  db.pragma("journal_mode = DELETE");
  db.close();
}

/** Keeps all of the old one, what its write-ahead log holds included, under names that no start looks at. */
function layAside(databasePath: string, now: number): string | null {
  if (!existsSync(databasePath)) return null;
  const aside = join(databasePath, "..", `replaced-${new Date(now).toISOString().replaceAll(/[:.]/g, "-")}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const path of [databasePath, `${databasePath}-wal`]) {
    if (existsSync(path)) linkSync(path, join(aside, basename(path)));
  }
  flushToDisk(aside);
  return aside;
}
