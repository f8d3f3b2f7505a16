import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PARTIAL } from "../db/copy.ts";
import { flushToDisk, renameDurably } from "../db/durable-file.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { AppError } from "../errors.ts";
import type { Manifest } from "./backup.ts";
import { checkDatabase, type DatabaseProof } from "./backup-check.ts";
import { MEDIA_LIST } from "./backup-folder.ts";
import { isSealed } from "./manifest-seal.ts";
import { isMediaListOf } from "./media-check.ts";
import { endAccess, leapRevisions } from "./restored-state.ts";
import { type LostSecrets, readyForKey } from "./secrets-of-backup.ts";

/**
 * A restore that has begun to replace the database and was cut off leaves this; the server does not start beside it. It
 * stays until the old write-ahead log is gone, which must never meet the new database.
 */
const RESTORING = ".restoring";

export interface RestoreOrder {
  backup: string;
  databasePath: string;
  /** Of the key that the backup's secrets were sealed with. */
  keyFile: string;
  /** Whether to go on without its secrets where the key is missing or another. */
  withoutKey: boolean;
  /** Epoch ms. */
  now: number;
  /** Writes into the database, before it is used, that it was restored. */
  record(db: Database): void;
}

export interface Restored {
  proof: DatabaseProof;
  /** Where the database lies that was replaced; `null` when there was none. */
  replaced: string | null;
  /** What was lost with the key; `null` when nothing was. */
  lost: LostSecrets | null;
}

/** @throws {AppError} `conflict` where a restore was cut off */
export function refuseHalfRestored(databasePath: string): void {
  if (!existsSync(databasePath + RESTORING)) return;
  const before = isExchanged(databasePath)
    ? `The database as it was before lies in "${join(databasePath, "..")}/replaced-…".`
    : `To go on with the database as it was before, remove "${databasePath}${RESTORING}".`;
  throw new AppError("conflict", "A restore of the database was cut off before its end.", {
    hint: `Run it again: npm run restore -- <backup>. ${before}`,
  });
}

/** Whether the backup has the database's name already, and only the old write-ahead log may still lie beside it. */
function isExchanged(databasePath: string): boolean {
  const database = statSync(databasePath, { throwIfNoEntry: false });
  return database !== undefined && database.ino === statSync(databasePath + RESTORING).ino;
}

/**
 * Puts a backup in the place of the database. The caller holds the server's locks. Until the backup is proved and copied,
 * nothing is touched; what it replaces is kept beside.
 * @throws {AppError} `conflict` when the backup is damaged, is none or not the server's own, or its key is not there
 */
export function restoreBackup(order: RestoreOrder): Restored {
  const { backup, databasePath, now } = order;
  const manifest = manifestOf(backup);
  const before = proveBackup(backup, manifest);
  const fresh = databasePath + RESTORING;
  if (existsSync(fresh) && isExchanged(databasePath)) endExchange(databasePath);
  const copying = fresh + PARTIAL;
  const lost = copyPrepared(backup, before, copying, order);
  // Without the key nobody can tell.
  if (lost === null && !isSealed(manifest, order.keyFile)) {
    removeAll(copying);
    throw damaged(backup, "its manifest is not as this server wrote it");
  }
  renameDurably(copying, fresh);
  const replaced = layAside(databasePath, now);
  const next = `${databasePath}.next`;
  rmSync(next, { force: true });
  linkSync(fresh, next);
  renameDurably(next, databasePath);
  endExchange(databasePath);
  return { proof: checkDatabase(databasePath), replaced, lost };
}

function endExchange(databasePath: string): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(databasePath + suffix, { force: true });
  flushToDisk(dirname(databasePath));
  rmSync(databasePath + RESTORING);
  flushToDisk(dirname(databasePath));
}

/**
 * Restores a backup beside its folder's others, looks at what a server would find, and leaves nothing.
 * @throws {AppError} `conflict` when it could not be restored
 */
export function tryRestore(backup: string, proof: DatabaseProof, now: number): void {
  const trial = `${backup}.trial${PARTIAL}`;
  try {
    // What the key opens is of no account here, and the key not at hand.
    copyPrepared(backup, proof, trial, { keyFile: `${trial}.no-key`, withoutKey: true, now, record() {} });
    checkDatabase(trial);
  } finally {
    removeAll(trial);
  }
}

/** A database with what SQLite writes beside it: left by a kill, that would be taken for the next one's. */
function removeAll(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
}

type Preparation = Pick<RestoreOrder, "keyFile" | "withoutKey" | "now" | "record">;

/** A copy of a backup, as a server is to open it; leaves nothing when that fails. */
function copyPrepared(
  backup: string,
  proof: DatabaseProof,
  to: string,
  preparation: Preparation,
): LostSecrets | null {
  removeAll(to);
  copyFileSync(backup, to);
  try {
    // The copy is what will be used: what the disk made of it is what is looked at.
    if (checkDatabase(to).sha256 !== proof.sha256) throw damaged(backup, "its copy is another file");
    return prepare(to, preparation);
  } catch (error) {
    removeAll(to);
    throw error;
  }
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
  if (!isMediaListOf(backup, backup + MEDIA_LIST))
    throw damaged(backup, `its list of media files (${MEDIA_LIST}) is missing or another one`);
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

function prepare(path: string, { keyFile, withoutKey, now, record }: Preparation): LostSecrets | null {
  const db = openDatabase(path, now);
  try {
    const lost = readyForKey(db, keyFile, withoutKey);
    endAccess(db);
    leapRevisions(db, now);
    record(db);
    // One file again, that can be renamed alone.
    db.pragma("journal_mode = DELETE");
    return lost;
  } finally {
    db.close();
  }
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
