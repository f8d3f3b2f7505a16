import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import Sqlite, { type Database, type Statement } from "better-sqlite3";
import { AppError, diskFailing, diskFull, isDiskFailing, isDiskFull } from "../errors.ts";
import { migrate } from "./migrate.ts";

export type { Database } from "better-sqlite3";

/**
 * While SQLite waits for a lock nothing else happens in this process. It is the only server on the file, so whoever else
 * holds a lock is a person with a tool: better to refuse, and to be asked again, than to keep a stop waiting.
 */
const BUSY_MS = 250;

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
  // What is erased is overwritten: 剩余信息保护, GB/T 22239-2019 8.1.4.10. FAST would leave names in freed pages.
  db.pragma("secure_delete = ON");
  db.pragma(`busy_timeout = ${BUSY_MS}`);
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

/** What SQLite threw, where that was explained already. */
const causeOf = (error: unknown): unknown => (error instanceof AppError ? error.cause : error);

/** Whether somebody else holds the database's lock. */
export const isBusy = (error: unknown): boolean => {
  const { code } = (causeOf(error) ?? {}) as { code?: unknown };
  return typeof code === "string" && code.startsWith("SQLITE_BUSY");
};

/** Sees the transactions of a database, to add to each what belongs into it. */
export interface TransactionWatcher {
  /** Whether a statement that writes outside of any is to be one of its own. */
  isWatching(): boolean;
  /** Before a transaction, or a savepoint inside one, begins. */
  begin(isOutermost: boolean): {
    /** As the last step of an outermost one; what it throws undoes the whole. */
    beforeCommit(): void;
    ended(isKept: boolean): void;
  };
}

const watchers = new WeakMap<Database, TransactionWatcher>();

/** To be called before the statements are prepared that may write by themselves. */
export function watchTransactions(db: Database, watcher: TransactionWatcher): void {
  watchers.set(db, watcher);
  const transact = createTransact(db);
  const prepare = db.prepare.bind(db) as (sql: string) => Statement;
  db.prepare = ((sql: string) => {
    const statement = prepare(sql);
    if (statement.readonly) return statement;
    for (const how of ["run", "get", "all"] as const) {
      const execute = statement[how].bind(statement) as (...values: unknown[]) => never;
      statement[how] = (...values: unknown[]) =>
        db.inTransaction || !watcher.isWatching() ? execute(...values) : transact(() => execute(...values));
    }
    return statement;
  }) as Database["prepare"];
}

/**
 * Runs `work` in one transaction (a savepoint inside another) and returns its result.
 * @param onUndone called once all of it was undone, be it with the transaction around it: for what is held in memory beside the database;
 *   what it throws itself is not told, but why it was undone
 * @throws {AppError} `unavailable` while another program holds the lock, or the disk fails; `no_space` when it is full
 */
export type Transact = <T>(work: () => T, onUndone?: () => void) => T;

/** By database: what the transaction that runs has to tell when it is undone, in order. */
const toldWhenUndone = new WeakMap<Database, (() => void)[]>();

export function createTransact(db: Database): Transact {
  return (work, onUndone) => {
    const isOutermost = !db.inTransaction;
    if (isOutermost) toldWhenUndone.set(db, []);
    const told = toldWhenUndone.get(db) ?? [];
    const watched = watchers.get(db)?.begin(isOutermost);
    const before = told.length;
    if (onUndone) told.push(onUndone);
    let isKept = false;
    try {
      const result = db
        .transaction(() => {
          const result = work();
          if (isOutermost) watched?.beforeCommit();
          return result;
        })
        .immediate();
      isKept = true;
      return result;
    } catch (cause) {
      throw explainDatabase(cause);
    } finally {
      watched?.ended(isKept);
      if (!isKept) tellAll(told.splice(before).toReversed());
    }
  };
}

function tellAll(told: (() => void)[]): void {
  for (const tell of told) {
    try {
      tell();
    } catch {
      // The next one is told all the same, and the cause of it all thrown.
    }
  }
}

/**
 * Moves what was written into the file and empties the log beside it, in which erased rows would stand for a while. While
 * somebody reads, as a backup does, a later one does it.
 */
export const emptyLog = (db: Database): void => void db.pragma("wal_checkpoint(TRUNCATE)");

/** Says what people can do about an error of SQLite's; any other is returned as it is. */
export function explainDatabase(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isDiskFull(error)) return diskFull(error);
  if (isDiskFailing(error)) return diskFailing(error);
  if (!isBusy(error)) return error;
  return new AppError("unavailable", "The database is locked by another program.", {
    cause: error,
    hint: "Try again in a moment; end what works on the database file if it goes on.",
  });
}

/** For a note that is made again soon: a request must not fail for it for want of the lock, or of a disk. */
export function whenFree(write: () => void): void {
  try {
    write();
  } catch (error) {
    const cause = causeOf(error);
    if (!isBusy(cause) && !isDiskFull(cause) && !isDiskFailing(cause)) throw error;
  }
}

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
