import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { chown, type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createMeter, explainIntakeError, type IntakeRules } from "./intake.ts";

const BUFFER_BYTES = 1024 * 1024;

/** A file that is complete and on the disk, but not in the library yet. */
export interface StagedFile {
  path: string;
  sha256: string;
  bytes: number;
  /**
   * Moves it into the library. Synchronous, so that the caller's database transaction follows in the same turn of
   * the event loop; `created` is false when a file of that name was there. The fresh one takes its place all the same:
   * its bytes are proved, the old one's may have rotted.
   */
  commit(): { created: boolean };
  discard(): Promise<void>;
}

export interface MediaLibrary {
  /** @throws {AppError} `too_large`, `invalid` (cut off, other length or digest than declared), `unavailable` */
  receive(stream: Readable, options: IntakeRules & { signal?: AbortSignal | undefined }): Promise<StagedFile>;
  /** Stages a file made in a scratch folder. */
  adopt(path: string): Promise<StagedFile>;
  /** Moves back to `path` what a `commit` in this turn of the event loop created. */
  retract(sha256: string, path: string): void;
  pathOf(sha256: string): string;
  has(sha256: string): boolean;
  /** Runs `work` with a folder of its own, which is gone afterwards. */
  withScratch<T>(work: (dir: string) => Promise<T>): Promise<T>;
  /** Removes what a crash left half-made. Call it before anything is received. */
  clearTemp(): void;
}

/** Where a library keeps a file. */
export const libraryPath = (dir: string, sha256: string): string =>
  join(dir, sha256.slice(0, 2), sha256.slice(2, 4), sha256);

interface MediaLibraryOptions {
  /** Who works in scratch folders, when that is not the server itself. */
  scratchOwner?: { uid: number; gid: number } | null;
}

/**
 * A content-addressed store: `dir/ab/cd/abcd…`, named by SHA-256, each file complete or absent. A file is hashed and
 * flushed under a random name beside them, then renamed, then its folder is flushed (as in `rename(2)`, `fsync(2)`).
 */
export function createMediaLibrary(
  dir: string,
  { scratchOwner = null }: MediaLibraryOptions = {},
): MediaLibrary {
  const tempDir = join(dir, "tmp");
  mkdirSync(tempDir, { recursive: true });
  const tempPath = () => join(tempDir, randomUUID());
  const pathOf = (sha256: string) => libraryPath(dir, sha256);
  const folderOf = (sha256: string) => dirname(pathOf(sha256));

  function stage(path: string, sha256: string, bytes: number): StagedFile {
    return {
      path,
      sha256,
      bytes,
      commit() {
        const target = pathOf(sha256);
        const created = !existsSync(target);
        const folder = folderOf(sha256);
        const isNew = !existsSync(folder);
        mkdirSync(folder, { recursive: true });
        renameSync(path, target);
        flushFolder(folder);
        if (isNew) for (const parent of [join(folder, ".."), dir]) flushFolder(parent);
        return { created };
      },
      discard: () => rm(path, { force: true }),
    };
  }

  return {
    pathOf,
    has: (sha256) => existsSync(pathOf(sha256)),
    retract: (sha256, path) => renameSync(pathOf(sha256), path),

    async receive(stream, { signal, ...rules }) {
      const path = tempPath();
      const meter = createMeter(rules);
      try {
        const file = createWriteStream(path, { flags: "wx", flush: true });
        await pipeline(stream, meter.stream, file, signal ? { signal } : {});
        const { sha256, bytes } = meter.finish();
        return stage(path, sha256, bytes);
      } catch (error) {
        await rm(path, { force: true });
        throw explainIntakeError(error, meter.bytes(), rules.declaredBytes);
      }
    },

    async adopt(path) {
      const file = await open(path, "r+");
      try {
        const sha256 = await digestOf(file);
        // Whoever made it shall not be able to change it any more.
        if (scratchOwner) await file.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
        await file.sync();
        return stage(path, sha256, (await file.stat()).size);
      } finally {
        await file.close();
      }
    },

    async withScratch(work) {
      const scratch = tempPath();
      await mkdir(scratch);
      if (scratchOwner) await chown(scratch, scratchOwner.uid, scratchOwner.gid);
      try {
        return await work(scratch);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },

    clearTemp() {
      for (const name of readdirSync(tempDir)) rmSync(join(tempDir, name), { recursive: true, force: true });
    },
  };
}

/** In one buffer: as a stream, a large file leaves garbage faster than it is collected. */
async function digestOf(file: FileHandle): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
  }
}

function flushFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
