import { readFileSync, statSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { PARTIAL } from "../db/copy.ts";
import { renameDurably } from "../db/durable-file.ts";
import { type Database, openDatabaseReadOnly } from "../db/open.ts";
import { damagedFiles, knownFiles } from "../media/housekeeping/known-files.ts";
import { libraryPath } from "../media/media-library.ts";
import type { MediaProof, Share } from "./backup.ts";
import { hashFile } from "./backup-check.ts";

const MAX_EXAMPLES = 20;
/** Each backup reads one share of the files: one a day has read every file within so many days. */
const SHARES = 30;

/** The share of a backup after one that read `last`. */
export const nextShare = (last: Share | undefined): number =>
  typeof last === "number" ? (last + 1) % SHARES : 0;

const isOf = (share: Share, sha256: string): boolean =>
  share === "all" || (share !== "none" && Number.parseInt(sha256.slice(0, 8), 16) % SHARES === share);

/**
 * Looks for every file that a database names: the size of each, the bytes of those of the share and of those that the
 * library's own scrub found damaged.
 */
export function checkMedia(path: string, mediaDir: string, share: Share): MediaProof {
  const db = openDatabaseReadOnly(path);
  const proof: MediaProof = { files: 0, bytes: 0, share, hashed: 0, missing: 0, examples: [] };
  try {
    const suspected = new Set(damagedFiles(db));
    for (const { sha256, bytes } of knownFiles(db)) {
      proof.files += 1;
      proof.bytes += bytes;
      const file = libraryPath(mediaDir, sha256);
      let isWhole = statSync(file, { throwIfNoEntry: false })?.size === bytes;
      if (isWhole && (isOf(share, sha256) || suspected.has(sha256))) {
        proof.hashed += 1;
        isWhole = hashFile(file) === sha256;
      }
      if (isWhole) continue;
      proof.missing += 1;
      if (proof.examples.length < MAX_EXAMPLES) proof.examples.push(sha256);
    }
  } finally {
    db.close();
  }
  return proof;
}

/** Every media file that a database names, a line each: its SHA-256 and its bytes. */
function linesOf(db: Database): string {
  let lines = "";
  for (const { sha256, bytes } of knownFiles(db)) lines += `${sha256} ${bytes}\n`;
  return lines;
}

/** Writes the list of a backup's media, compressed, for who looks for them without a database. */
export function writeMediaList(backup: string, to: string): void {
  const db = openDatabaseReadOnly(backup);
  try {
    writeFileSync(to + PARTIAL, gzipSync(linesOf(db)), { mode: 0o600 });
  } finally {
    db.close();
  }
  renameDurably(to + PARTIAL, to);
}

/** Whether a list has every file that the backup names, and no other. */
export function isMediaListOf(backup: string, list: string): boolean {
  const db = openDatabaseReadOnly(backup);
  try {
    return gunzipSync(readFileSync(list)).toString() === linesOf(db);
  } catch {
    return false;
  } finally {
    db.close();
  }
}
