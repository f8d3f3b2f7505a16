import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Item } from "../../src/protocol/messages.ts";
import { type CacheLimits, type CacheSpace, createCacheSpace } from "./cache-space.ts";
import { flushToDisk } from "./durable-file.ts";
import { ServerError, type ServerLink } from "./server-link.ts";

export interface MediaCache {
  pathOf(item: Pick<Item, "sha256">): string;
  has(item: Pick<Item, "sha256" | "bytes">): boolean;
  /** Fetches what is missing of a file, verifies it, and only then gives it its name. @throws {NoRoomError} */
  fetch(item: Item, how: FetchOptions): Promise<void>;
  /**
   * Writes a file that came another way beside the others and verifies it; it counts only once it is kept.
   * @throws {Error} when it is not the item's
   */
  stage(item: Pick<Item, "sha256" | "bytes">, content: AsyncIterable<Uint8Array>): Promise<StagedMedia>;
  readonly space: CacheSpace;
}

export interface StagedMedia {
  keep(): void;
  discard(): void;
}

export interface FetchOptions {
  /** A cap of the rate. */
  maxKbps: number | undefined;
  signal: AbortSignal;
  onPiece: () => void;
}

interface Options {
  stateDir: string;
  limits: CacheLimits;
  link: Pick<ServerLink, "openMedia">;
  /** Digests of the media of all that is still to come. */
  referenced: () => ReadonlySet<string>;
}

const STAGED = ".staged";
/** A line that was cut without a word is given up after this long without a byte. */
const STALLED_MS = 20_000;

/** Media by SHA-256: each file is whole and right, or absent. What has been fetched of others waits in `.part`. */
export function createMediaCache({ stateDir, limits, link, referenced }: Options): MediaCache {
  const folder = join(stateDir, "media");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith(STAGED)) rmSync(join(folder, name));
  const space = createCacheSpace({ folder, limits, referenced });
  const pathOf = ({ sha256 }: Pick<Item, "sha256">) => join(folder, sha256);

  async function download(
    item: Item,
    part: string,
    { maxKbps, signal, onPiece }: FetchOptions,
  ): Promise<void> {
    const have = sizeOf(part) ?? 0;
    if (have >= item.bytes) return;
    space.makeRoom(item.bytes - have);
    const stalled = new AbortController();
    const idle = setTimeout(() => stalled.abort(new Error("the download stalled")), STALLED_MS);
    try {
      const { resumed, body } = await link.openMedia(
        item.url,
        have,
        AbortSignal.any([signal, stalled.signal]),
      );
      const file = await open(part, resumed ? "a" : "w");
      try {
        const startedAt = performance.now();
        let received = 0;
        for await (const chunk of body) {
          await file.writeFile(chunk);
          received += chunk.byteLength;
          idle.refresh();
          onPiece();
          if (received > item.bytes) throw new Error(`more arrives for ${item.sha256} than it has`);
          if (maxKbps === undefined) continue;
          const aheadMs = (received * 8) / maxKbps - (performance.now() - startedAt);
          if (aheadMs > 0) await wait(aheadMs, undefined, { signal });
          idle.refresh();
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      // What lies there does not fit what the server has: from the start the next time.
      if (error instanceof ServerError && error.status === 416) rmSync(part, { force: true });
      throw error;
    } finally {
      clearTimeout(idle);
    }
  }

  return {
    pathOf,
    // The digest was checked when the file got its name; the size is a cheap guard against a damaged disk since.
    has: (item) => sizeOf(pathOf(item)) === item.bytes,

    async fetch(item, how) {
      const part = `${pathOf(item)}.part`;
      await download(item, part, how);
      if ((sizeOf(part) ?? 0) < item.bytes) throw new Error(`only a part of ${item.sha256} arrived`);
      if ((await digestOf(part)) !== item.sha256) {
        rmSync(part);
        throw new Error(`what was fetched for ${item.sha256} has another digest`);
      }
      flushToDisk(part);
      renameSync(part, pathOf(item));
      flushToDisk(folder);
    },

    async stage(item, content) {
      const path = `${pathOf(item)}${STAGED}`;
      const discard = () => rmSync(path, { force: true });
      const hash = createHash("sha256");
      let received = 0;
      try {
        const file = await open(path, "w");
        try {
          for await (const chunk of content) {
            received += chunk.byteLength;
            if (received > item.bytes) break;
            hash.update(chunk);
            await file.writeFile(chunk);
          }
          await file.sync();
        } finally {
          await file.close();
        }
        if (received !== item.bytes || hash.digest("hex") !== item.sha256)
          throw new Error(`the file ${item.sha256.slice(0, 16)} is damaged`);
      } catch (error) {
        discard();
        throw error;
      }
      return {
        keep() {
          renameSync(path, pathOf(item));
          rmSync(`${pathOf(item)}.part`, { force: true });
          flushToDisk(folder);
        },
        discard,
      };
    },

    space,
  };
}

const sizeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.size;

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
