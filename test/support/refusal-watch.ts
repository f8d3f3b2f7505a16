import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type Database from "better-sqlite3";

/** What is stored, by what holds it: a table, or a folder. */
export type Stored = ReadonlyMap<string, string>;

/**
 * What is legitimately written by a refusal, or whoever asks: the log, which has an entry of each and is verified by itself;
 * when a sign-in was used last; and how far the works of the media queue are. Of these tables the rest is watched.
 */
const WATCHED: Record<string, string | null> = {
  audit_entries: null,
  audit_objects: null,
  audit_anchors: null,
  sign_ins: "id, token_hash, user_id, second_factor, address, agent, created_at",
  jobs: "id, kind, subject",
};

/** Failures to prove who one is are counted, by the operations that ask for it, and that is all that they write. */
const COUNTS_FAILURES =
  /\/(sign-in|me\/(password|second-factor|recovery-codes|identity\/confirm|tokens)|confirm$)/;

/** What the server goes on writing by itself, as what it was asked for earlier comes to its end. */
const GOES_ON =
  /^(jobs|renditions|rendition_parts|compositions|composition_assets|covers|assets|live_|library_|trash|broadcast|calendar_event|playlist_revisions|command|outbox|interrupts|confirmations|emergencies|outage|clock_events|empty_dates_told|media$)/;

/** The whole database, and every file beside it. */
export function storedIn(db: Database.Database, folder: string): Stored {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all() as string[];
  const rows = db.transaction(() =>
    names
      .map((name) => [name, WATCHED[name] === undefined ? "*" : WATCHED[name]] as const)
      .flatMap(([name, columns]) =>
        columns === null
          ? []
          : [[name, JSON.stringify(db.prepare(`SELECT ${columns} FROM "${name}"`).all())] as const],
      ),
  )();
  const files = ["data", "media"].map((each) => [each, filesIn(join(folder, each))] as const);
  return new Map([...rows, ...files]);
}

const DATABASE = /^cuncunxiang\.db(-wal|-shm)?$/;

function filesIn(folder: string): string {
  return entriesOf(folder)
    .filter((entry) => entry.isFile() && !DATABASE.test(entry.name))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      // It may be gone since the folder was read.
      const { size, mtimeMs } = lstatSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
      return `${relative(folder, path)} ${size} ${mtimeMs}`;
    })
    .toSorted()
    .join("\n");
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    // A folder inside went away while it was read, as the place of a transcode does.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return entriesOf(folder);
    throw error;
  }
}

export const changedBetween = (before: Stored, after: Stored): string[] =>
  [...before.keys()].filter((name) => before.get(name) !== after.get(name));

/** Whether failures to prove who one is are counted at an address. */
export const countsFailures = (path: string): boolean => COUNTS_FAILURES.test(path);

/** How many acts of requests the audit log has as done. What the server does by itself is of no request. */
export const doneIn = (db: Database.Database): number =>
  db
    .prepare("SELECT COUNT(*) FROM audit_entries WHERE outcome = 'done' AND request_id IS NOT NULL")
    .pluck()
    .get() as number;

/** What of that a refusal of this operation may not have changed. */
export const wrongOf = (path: string, changed: readonly string[]): string[] =>
  changed.filter((name) => name !== "sign_in_failures" || !countsFailures(path));

/** Whether the server may have written all of it by itself. */
export const mayGoOn = (changed: readonly string[]): boolean => changed.every((name) => GOES_ON.test(name));
