import { closeSync, openSync, rmSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { renameDurably } from "./durable-file.ts";

/** What a copy is called before it is whole and on the disk. */
export const PARTIAL = ".partial";

/** One of those, or what SQLite wrote beside it. */
export const isPartial = (name: string): boolean => /\.partial(-wal|-shm|-journal)?$/.test(name);

/**
 * Copies a database as it is at one instant, while others write to it, into one file that its owner alone may read.
 * @param check of the copy, before it gets its name; when that throws, nothing is left
 */
export function copyDatabase(db: Database, to: string, check: (path: string) => void = () => {}): void {
  const partial = to + PARTIAL;
  rmSync(partial, { force: true });
  try {
    // SQLite keeps the mode of a file that is there, and takes an empty one for none.
    closeSync(openSync(partial, "wx", 0o600));
    db.prepare("VACUUM INTO ?").run(partial);
    check(partial);
    renameDurably(partial, to);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
