import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { isDiskFull } from "./store.ts";

/**
 * Replaces a file so that after a power cut either the old or the new text is there, whole: temporary file, fsync,
 * rename, fsync of the folder (rename(2), fsync(2)).
 */
export function writeDurably(path: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  const file = openSync(temporary, "w", mode);
  try {
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } catch (error) {
    // Half of it must not take the room on a full disk.
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  flushToDisk(dirname(path));
}

/** The same for what also counts unwritten, until the next boot. @returns whether there was room for it */
export function writeIfRoom(path: string, text: string, mode?: number): boolean {
  try {
    writeDurably(path, text, mode);
    return true;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    return false;
  }
}

/** fsync of a file or folder by its path. */
export function flushToDisk(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** The text, or `null` when there is no such file. */
export function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
