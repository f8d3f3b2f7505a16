import { mkdirSync } from "node:fs";
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
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
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
 * Keeps a second server off the same data folder: two planners would both publish. The lock is SQLite's own, so the
 * operating system releases it even after `kill -9`.
 * @throws {AppError} `conflict` when another process holds it
 */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const lock = new Sqlite(join(dataDir, "lock.db"), { timeout: 0 });
  try {
    lock.pragma("locking_mode = EXCLUSIVE");
    lock.exec("BEGIN EXCLUSIVE; COMMIT");
  } catch (cause) {
    lock.close();
    throw new AppError("conflict", `Another server is running on the data folder "${dataDir}".`, {
      cause,
      hint: "Stop it first, or set DATA_DIR to another folder.",
    });
  }
  return () => lock.close();
}
