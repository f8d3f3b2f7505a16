import { closeSync, fsyncSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** fsync of a file or a folder by its path. */
export function flushToDisk(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Gives a whole file its name: after a power cut there is either what was there before or this (rename(2), fsync(2)). */
export function renameDurably(from: string, to: string): void {
  flushToDisk(from);
  renameSync(from, to);
  flushToDisk(dirname(to));
}
