import { closeSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import { readIfPresent, writeDurably } from "./durable-file.ts";

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

/** Replaces the file by these entries and opens it for more. */
export function openJournalFile<Entry>(path: string, entries: Iterable<Entry>): JournalFile<Entry> {
  writeDurably(path, [...entries].map((entry) => `${JSON.stringify([entry])}\n`).join(""));
  const file = openSync(path, "a");
  let size = statSync(path).size;

  return {
    append(added) {
      const line = Buffer.from(`${JSON.stringify(added)}\n`);
      try {
        for (let written = 0; written < line.length; ) written += writeSync(file, line, written);
        fsyncSync(file);
        size += line.length;
      } catch (error) {
        // On a full disk half a line may be there: the next one must not continue it.
        ftruncateSync(file, size);
        throw error;
      }
    },
    close: () => closeSync(file),
  };
}
