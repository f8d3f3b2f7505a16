import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CacheParts } from "../../devices/core/media-cache.ts";
import { createDisk } from "../../devices/simulator/disk.ts";
import { openOpfsMedia } from "../../devices/terminal/opfs-media.ts";
import type { Item } from "../../src/protocol/messages.ts";
import { sha256Hex } from "../../src/protocol/sha256.ts";
import { createPrivateFolder } from "../support/terminal-folder.ts";

const MEGABYTE = 1024 * 1024;
/** What a browser says that does not tell how much the disk has. */
const GUESS = 10 * 1024 * MEGABYTE;
const content = new Uint8Array(MEGABYTE).fill(7);
const item: Item = {
  sha256: sha256Hex(content),
  bytes: content.length,
  durationMs: 1_000,
  url: "/m",
  mime: "video/mp4",
  title: "",
};
const NO_ROOM = expect.objectContaining({ name: "QuotaExceededError" });
const how = { maxKbps: undefined, signal: new AbortController().signal, onPiece() {} };

beforeEach(() => {
  vi.stubGlobal("navigator", { storage: { estimate: async () => ({ quota: GUESS, usage: 0 }) } });
});
afterEach(() => vi.unstubAllGlobals());

async function openCache(bytes: number) {
  const quota = { bytes };
  const { folder, files } = createPrivateFolder(quota);
  let asked = 0;
  const link: CacheParts["link"] = {
    async openMedia(_url, from) {
      asked += 1;
      return { resumed: from > 0, body: new Blob([content.subarray(from)]).stream() };
    },
  };
  const limits = { maxBytes: null, keepFreeBytes: MEGABYTE, retentionMs: 1_000 };
  const create = await openOpfsMedia(folder, createDisk().mount());
  const cache = create({ limits, link, referenced: () => new Set() });
  return { cache, files, quota, asked: () => asked };
}

describe("media in the browser's private files", () => {
  test("a write that is refused says that there is no room, and until there is some nothing is asked for", async () => {
    const { cache, quota, asked } = await openCache(MEGABYTE / 8);
    expect(cache.space.freeBytes()).toBe(GUESS);
    await expect(cache.fetch(item, how)).rejects.toThrow(NO_ROOM);
    expect(cache.space.freeBytes()).toBe(0);
    expect(asked()).toBe(1);
    await expect(cache.fetch(item, how)).rejects.toThrow(NO_ROOM);
    expect(asked()).toBe(1);

    quota.bytes = 2 * MEGABYTE;
    await cache.fetch(item, how);
    expect(cache.has(item)).toBe(true);
    expect(cache.space.freeBytes()).toBe(GUESS);
  });

  test("what came by a bundle leaves nothing of what was fetched of it", async () => {
    const { cache, files, quota } = await openCache(MEGABYTE / 2);
    await expect(cache.fetch(item, how)).rejects.toThrow(NO_ROOM);
    quota.bytes = 2 * MEGABYTE;
    const staged = await cache.stage(item, new Blob([content]).stream());
    await staged.keep();
    expect([...files.keys()]).toEqual([item.sha256]);
    expect(cache.has(item)).toBe(true);
    expect(cache.space.usedBytes()).toBe(MEGABYTE);
    expect(cache.space.freeBytes()).toBe(GUESS);
  });
});
