import { readdirSync, rmSync, statfsSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type CacheLimits, type CacheSpace, NoRoomError } from "./cache-limits.ts";

interface Options {
  folder: string;
  limits: CacheLimits;
  /** Digests of all that is still to come; while there are none, nothing is known, and nothing is removed. */
  referenced: () => ReadonlySet<string>;
}

const DIGEST_CHARACTERS = 64;
const megabytes = (bytes: number): string => `${(Math.max(0, bytes) / 1024 / 1024).toFixed(1)} MB`;

/** Keeps the media inside their share of the disk. A file's age counts from when something last referred to it. */
export function createCacheSpace({ folder, limits, referenced }: Options): CacheSpace {
  const { maxBytes, keepFreeBytes, retentionMs } = limits;

  function filesOf(): { path: string; name: string; size: number; mtimeMs: number }[] {
    return readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isFile() ? [{ path, name, size: stat.size, mtimeMs: stat.mtimeMs }] : [];
    });
  }

  const usedBytes = () => filesOf().reduce((sum, { size }) => sum + size, 0);

  function freeBytes(): number {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  }

  function purge(): void {
    const needed = referenced();
    if (needed.size === 0) return;
    const now = new Date();
    for (const { path, name, mtimeMs } of filesOf()) {
      if (needed.has(name.slice(0, DIGEST_CHARACTERS))) utimesSync(path, now, now);
      else if (mtimeMs < now.getTime() - retentionMs) rmSync(path, { force: true });
    }
  }

  function room(): number {
    const onDisk = freeBytes() - keepFreeBytes;
    return maxBytes === null ? onDisk : Math.min(onDisk, maxBytes - usedBytes());
  }

  return {
    makeRoom(bytes) {
      if (bytes <= room()) return;
      purge();
      const left = room();
      if (bytes > left) {
        throw new NoRoomError(
          `no room: ${megabytes(bytes)} are needed, ${megabytes(left)} are left for media`,
        );
      }
    },
    purge,
    usedBytes,
    freeBytes,
  };
}
