import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { opendir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { DiskSpace } from "./watermarks.ts";

export interface StoredFile {
  sha256: string;
  bytes: number;
  /** When its bytes were written, epoch milliseconds. */
  modifiedAt: number;
}

export type LibraryFiles = ReturnType<typeof createLibraryFiles>;

const SHA256 = /^[0-9a-f]{64}$/;
const HEX_PAIR = /^[0-9a-f]{2}$/;
const DAMAGED = ".damaged";

/**
 * The media folder as housekeeping sees it: what lies in the library, what lies in its trash, and the marker that tells
 * the mounted store from the empty folder beneath. The trash is inside, so that every move is one `rename(2)`.
 * @param pathOf where the library keeps a file
 */
export function createLibraryFiles({ dir, pathOf }: { dir: string; pathOf: (sha256: string) => string }) {
  const trashDir = join(dir, "trash");
  const markerPath = join(dir, ".library");
  const trashPathOf = (sha256: string) => join(trashDir, sha256);
  const inTrashDir = (keep: (name: string) => boolean) =>
    existsSync(trashDir) ? readdirSync(trashDir).filter(keep).toSorted() : [];

  async function* walk(after = ""): AsyncGenerator<StoredFile> {
    for (const outer of await pairs(dir)) {
      if (outer < after.slice(0, 2)) continue;
      for (const inner of await pairs(join(dir, outer))) {
        if (outer + inner < after.slice(0, 4)) continue;
        for (const sha256 of (await readdir(join(dir, outer, inner))).toSorted()) {
          if (!SHA256.test(sha256) || !sha256.startsWith(outer + inner) || sha256 <= after) continue;
          const path = join(dir, outer, inner, sha256);
          const found = await stat(path).catch(() => null);
          if (found?.isFile()) yield { sha256, bytes: found.size, modifiedAt: found.mtimeMs };
        }
      }
    }
  }

  return {
    markerPath,
    /** Lets requests through between two steps of a long run. */
    pause: (): Promise<void> => setImmediate(),
    pathOf,
    trashPathOf,
    /** Every file under a library name after this one, in the order of the names; a pause between any two. */
    walk,
    sizeOf: (sha256: string): number | null => sizeOf(pathOf(sha256)),
    sizeInTrash: (sha256: string): number | null => sizeOf(trashPathOf(sha256)),
    /** Whether the library's file was written after `since`. */
    isYoung: (sha256: string, since: number): boolean =>
      (statSync(pathOf(sha256), { throwIfNoEntry: false })?.mtimeMs ?? 0) > since,
    trashed: (): string[] => inTrashDir((name) => SHA256.test(name)),
    moveToTrash(sha256: string): void {
      mkdirSync(trashDir, { recursive: true });
      renameSync(pathOf(sha256), trashPathOf(sha256));
    },
    moveBack(sha256: string): void {
      mkdirSync(join(pathOf(sha256), ".."), { recursive: true });
      renameSync(trashPathOf(sha256), pathOf(sha256));
    },
    removeFromTrash: (sha256: string): void => rmSync(trashPathOf(sha256), { force: true }),
    /** Lays a file aside that is not what its name says; never taken for something that can be restored. */
    moveAside(sha256: string): void {
      mkdirSync(trashDir, { recursive: true });
      renameSync(pathOf(sha256), trashPathOf(sha256) + DAMAGED);
    },
    laidAside: (): string[] =>
      inTrashDir((name) => name.endsWith(DAMAGED)).map((name) => name.slice(0, -DAMAGED.length)),
    removeLaidAside: (sha256: string): void => rmSync(trashPathOf(sha256) + DAMAGED, { force: true }),

    readMarker: (): string | null =>
      existsSync(markerPath) ? readFileSync(markerPath, "utf8").trim() : null,
    writeMarker(id: string): void {
      const fresh = `${markerPath}.new`;
      writeFileSync(fresh, `${id}\n`, { flush: true });
      renameSync(fresh, markerPath);
      const folder = openSync(dir, "r");
      try {
        fsyncSync(folder);
      } finally {
        closeSync(folder);
      }
    },
    async isEmpty(): Promise<boolean> {
      for await (const _ of walk()) return false;
      return true;
    },
    diskSpace(): DiskSpace {
      const { bavail, blocks, bsize } = statfsSync(dir);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
  };
}

async function pairs(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of await opendir(path)) {
    if (entry.isDirectory() && HEX_PAIR.test(entry.name)) names.push(entry.name);
  }
  return names.toSorted();
}

function sizeOf(path: string): number | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : null;
}
