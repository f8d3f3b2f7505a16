import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import type { Ballast } from "./ballast.ts";
import { isDiskFull, readIfPresent, writeIfRoom } from "./durable-file.ts";

export interface JournalFile<Entry> {
  /** On disk when this returns; entries given together survive a power cut together or not at all. */
  append(entries: Entry[]): void;
  close(): void;
}

/** What the file holds. A line that was being written when the power went is not whole, and is left out. */
export function readJournal<Entry>(path: string): Entry[] {
  const lines = (readIfPresent(path) ?? "").split("\n");
  return lines.flatMap((line) => {
    try {
      return line === "" ? [] : (JSON.parse(line) as Entry[]);
    } catch {
      return [];
    }
  });
}

/** Replaces the file by these entries and opens it for more. On a full disk the ballast goes first, and the room is its. */
export function openJournalFile<Entry>(
  path: string,
  entries: Iterable<Entry>,
  ballast: Ballast,
): JournalFile<Entry> {
  rewrite(path, [...entries].map((entry) => `${JSON.stringify([entry])}\n`).join(""));
  const file = openSync(path, "a", 0o600);
  let size = statSync(path).size;

  function write(line: Buffer): void {
    try {
      for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
      fsyncSync(file);
      size += line.length;
    } catch (error) {
      // On a full disk half a line may be there: the next one must not continue it.
      ftruncateSync(file, size);
      throw error;
    }
  }

  return {
    append(added) {
      const line = Buffer.from(`${JSON.stringify(added)}\n`);
      try {
        write(line);
      } catch (error) {
        if (!isDiskFull(error) || !ballast.drop()) throw error;
        write(line);
      }
    },
    close: () => closeSync(file),
  };
}

/** The same in fewer lines; where there is no room for that, the longer file goes on. */
function rewrite(path: string, text: string): void {
  if (writeIfRoom(path, text)) return;
  const file = openSync(path, "a+", 0o600);
  // A line that the power cut must not be continued.
  ftruncateSync(file, readFileSync(file).lastIndexOf("\n") + 1);
  closeSync(file);
}
