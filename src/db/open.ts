import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite, { type Database } from "better-sqlite3";
import { AppError } from "../errors.ts";
import { migrate } from "./migrate.ts";

export type { Database } from "better-sqlite3";

/**
 * Opens and migrates the database. `synchronous = FULL`: what a request acknowledged survives a power loss, at
 * some 3,500 transactions a second, far above what a county's editors and devices cause once reports are batched.
 * @throws {AppError} `conflict` when the file is newer than this program or a migration was edited after release
 */
export function openDatabase(path: string, now: number): Database {
  if (path !== ":memory:") readableByOwnerAlone(path);
  const db = new Sqlite(path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.pragma("busy_timeout = 5000");
  try {
    migrate(db, now);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Before SQLite opens it: what it writes beside the database gets the same mode. */
function readableByOwnerAlone(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, "a", 0o600));
  for (const each of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(each)) chmodSync(each, 0o600);
}

/** Runs `work` in one transaction (a savepoint inside another) and returns its result. */
export type Transact = <T>(work: () => T) => T;

export const createTransact =
  (db: Database): Transact =>
  (work) =>
    db.transaction(work).immediate();

/**
 * Opens a database for looking only, beside a running server too; does not migrate.
 * @throws {AppError} `not_found` when there is none
 */
export function openDatabaseReadOnly(path: string): Database {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true });
  } catch (cause) {
    throw new AppError("not_found", `There is no database at "${path}".`, {
      cause,
      hint: "Start the server once, or set DATA_DIR to the folder it uses.",
    });
  }
}

/**
 * Keeps a second server off a folder: two planners would both publish, and each start empties the media folder's
 * temporary files. The lock is SQLite's own, so the operating system releases it even after `kill -9`.
 * @param setting the variable that names the folder
 * @throws {AppError} `conflict` when another process holds it, `unavailable` when the folder cannot be written
 */
export function lockFolder(folder: string, setting: string): () => void {
  const lock = openLock(folder, setting);
  try {
    lock.pragma("locking_mode = EXCLUSIVE");
    lock.exec("BEGIN EXCLUSIVE; COMMIT");
  } catch (cause) {
    lock.close();
    throw new AppError("conflict", `Another server is running on the folder "${folder}".`, {
      cause,
      hint: `Stop it first, or set ${setting} to another folder.`,
    });
  }
  return () => lock.close();
}

function openLock(folder: string, setting: string): Database {
  try {
    mkdirSync(folder, { recursive: true });
    return new Sqlite(join(folder, "lock.db"), { timeout: 0 });
  } catch (cause) {
    throw new AppError("unavailable", `The folder "${folder}" cannot be written.`, {
      cause,
      hint: `Give the server's user write access to it, or set ${setting} to another folder.`,
    });
  }
}
