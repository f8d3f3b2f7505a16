import { createHash } from "node:crypto";
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Item } from "../../src/protocol/messages.ts";
import { createCacheSpace } from "./cache-space.ts";
import { flushToDisk } from "./durable-file.ts";
import type { CacheParts, FetchOptions, MediaCache } from "./media-cache.ts";
import { downloadTo } from "./media-download.ts";

interface Options extends CacheParts {
  stateDir: string;
}

const STAGED = ".staged";

/** Media in a folder of the file system. What has been fetched of others waits in `.part`. */
export function createMediaFolder({ stateDir, limits, link, referenced }: Options): MediaCache {
  const folder = join(stateDir, "media");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith(STAGED)) rmSync(join(folder, name));
  const space = createCacheSpace({ folder, limits, referenced });
  const pathOf = ({ sha256 }: Pick<Item, "sha256">) => join(folder, sha256);

  async function download(item: Item, part: string, how: FetchOptions): Promise<void> {
    const file = await open(part, "a");
    try {
      await downloadTo(
        {
          size: () => sizeOf(part) ?? 0,
          append: (chunk) => file.writeFile(chunk),
          empty: () => truncateSync(part),
        },
        item,
        { ...how, link, space },
      );
    } finally {
      await file.close();
    }
  }

  return {
    pathOf,
    // The digest was checked when the file got its name; the size is a cheap guard against a damaged disk since.
    has: (item) => sizeOf(pathOf(item)) === item.bytes,

    async fetch(item, how) {
      const part = `${pathOf(item)}.part`;
      await download(item, part, how);
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
