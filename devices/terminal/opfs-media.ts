import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { NoRoomError } from "../core/cache-limits.ts";
import type { CacheParts, MediaCache } from "../core/media-cache.ts";
import { downloadTo } from "../core/media-download.ts";
import { isDiskFull, type Store } from "../core/store.ts";
import { nextTurn } from "../core/wait.ts";
import { openSyncFile, renameFile } from "./opfs.ts";
import { type SyncFile, writeWhole } from "./slot-file.ts";

const KEPT = "media.json";
const PART = ".part";
const STAGED = ".staged";
const DIGEST_CHARACTERS = 64;
const CHUNK_BYTES = 256 * 1024;
const digestIn = (name: string): string => name.slice(0, DIGEST_CHARACTERS);

/**
 * Media by SHA-256 in a folder of the browser's private file system: each file is whole and right, or absent.
 * @returns what makes the cache once the device has the rest
 */
export async function openOpfsMedia(folder: FileSystemDirectoryHandle, store: Store) {
  /** What is there, by name. */
  const sizes = new Map<string, number>();
  for await (const handle of folder.values()) {
    if (handle.kind !== "file") continue;
    if (handle.name.endsWith(STAGED)) await folder.removeEntry(handle.name);
    else sizes.set(handle.name, (await handle.getFile()).size);
  }
  /** When something last referred to it, by digest; epoch ms. */
  const neededAt = new Map(Object.entries(JSON.parse(store.read(KEPT) ?? "{}") as Record<string, number>));
  /** What the browser estimates: some say the same whatever the disk has, so a write that is refused counts for more. */
  let free = 0;
  /** A write was refused, and no file has come whole since. */
  let isFull = false;
  await measure();

  async function measure(): Promise<void> {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    free = Math.max(0, quota - usage);
  }

  return ({ link, limits, referenced }: CacheParts): MediaCache => {
    const usedBytes = () => [...sizes.values()].reduce((sum, size) => sum + size, 0);

    function remove(name: string): void {
      sizes.delete(name);
      // Another look at the folder at the next start finds what could not be removed.
      folder.removeEntry(name).then(measure, () => {});
    }

    /** A file that is whole and right gets its name. */
    async function take(from: string, digest: string, bytes: number): Promise<void> {
      await renameFile(folder, from, digest);
      sizes.delete(from);
      sizes.set(digest, bytes);
      isFull = false;
    }

    /** Nothing is asked of the network while the disk has not even room for a piece. @throws {QuotaExceededError} */
    function tryRoom(file: SyncFile): void {
      purge();
      const size = file.getSize();
      try {
        writeWhole(file, new Uint8Array(CHUNK_BYTES), size);
      } finally {
        file.truncate(size);
      }
    }

    function purge(): void {
      const needed = referenced();
      if (needed.size === 0) return;
      const now = Date.now();
      for (const digest of needed) neededAt.set(digest, now);
      for (const name of sizes.keys())
        if ((neededAt.get(digestIn(name)) ?? 0) < now - limits.retentionMs) remove(name);
      for (const [digest, at] of neededAt) if (at < now - limits.retentionMs) neededAt.delete(digest);
      store.writeIfRoom(KEPT, JSON.stringify(Object.fromEntries(neededAt)));
    }

    function room(): number {
      const ofBrowser = free - limits.keepFreeBytes;
      return limits.maxBytes === null ? ofBrowser : Math.min(ofBrowser, limits.maxBytes - usedBytes());
    }

    const space = {
      purge,
      usedBytes,
      freeBytes: () => (isFull ? 0 : free),
      makeRoom(bytes: number) {
        if (bytes > room()) purge();
        if (bytes > room()) throw new NoRoomError(`no room: ${bytes} bytes are needed`);
      },
    };

    return {
      space,
      pathOf: ({ sha256 }) => sha256,
      has: ({ sha256, bytes }) => sizes.get(sha256) === bytes,

      async fetch(item, how) {
        const part = `${item.sha256}${PART}`;
        const file = await openSyncFile(folder, part);
        try {
          if (!neededAt.has(item.sha256)) neededAt.set(item.sha256, Date.now());
          if (isFull && file.getSize() < item.bytes) tryRoom(file);
          await downloadTo(partFile(file), item, { ...how, link, space });
          if ((await digestOf(file, how.onPiece)) !== item.sha256) {
            file.truncate(0);
            throw new Error(`what was fetched for ${item.sha256} has another digest`);
          }
          file.flush();
        } catch (error) {
          isFull ||= isDiskFull(error);
          throw error;
        } finally {
          sizes.set(part, file.getSize());
          file.close();
          await measure();
        }
        await take(part, item.sha256, item.bytes);
      },

      async stage({ sha256: digest, bytes }, content) {
        const name = `${digest}${STAGED}`;
        const discard = () => void folder.removeEntry(name).catch(() => {});
        const file = await openSyncFile(folder, name);
        try {
          const staged = partFile(file);
          staged.empty();
          for await (const chunk of content) if (staged.size() <= bytes) staged.append(chunk);
          if (staged.size() !== bytes || (await digestOf(file)) !== digest)
            throw new Error(`the file ${digest.slice(0, 16)} is damaged`);
          file.flush();
        } catch (error) {
          isFull ||= isDiskFull(error);
          discard();
          throw error;
        } finally {
          file.close();
        }
        return {
          discard,
          async keep() {
            await take(name, digest, bytes);
            neededAt.set(digest, Date.now());
            const part = `${digest}${PART}`;
            if (sizes.has(part)) remove(part);
          },
        };
      },
    };
  };
}

const partFile = (file: SyncFile) => ({
  size: () => file.getSize(),
  append(chunk: Uint8Array) {
    writeWhole(file, chunk as Uint8Array<ArrayBuffer>, file.getSize());
  },
  empty: () => file.truncate(0),
});

/** In pieces, so that what is due meanwhile is not late. */
async function digestOf(file: SyncFile, onPiece = () => {}): Promise<string> {
  const hash = sha256.create();
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let at = 0, read = file.read(chunk, { at }); read > 0; read = file.read(chunk, { at })) {
    hash.update(chunk.subarray(0, read));
    at += read;
    onPiece();
    await nextTurn();
  }
  return bytesToHex(hash.digest());
}
