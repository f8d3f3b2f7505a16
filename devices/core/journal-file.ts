import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import type { Ballast } from "./ballast.ts";
import { writeIfRoom } from "./durable-file.ts";
import { isDiskFull, type JournalFile } from "./store.ts";

/** Replaces the file by these lines and opens it for more. On a full disk the ballast goes first, and the room is its. */
export function openJournalFile(path: string, lines: Iterable<string>, ballast: Ballast): JournalFile {
  rewrite(path, [...lines].map((line) => `${line}\n`).join(""));
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
    append(text) {
      const line = Buffer.from(`${text}\n`);
      try {
        write(line);
      } catch (error) {
        if (!isDiskFull(error) || !ballast.drop()) throw error;
        write(line);
      }
    },
    hasRoom: () => ballast.take(),
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
