import type { Item } from "../../src/protocol/messages.ts";
import type { CacheSpace } from "./cache-limits.ts";
import type { FetchOptions } from "./media-cache.ts";
import { ServerError, type ServerLink } from "./server-link.ts";
import { wait } from "./wait.ts";

/** What has been fetched of a file so far. */
export interface PartFile {
  size(): number;
  append(chunk: Uint8Array): Promise<void> | void;
  /** It begins anew. */
  empty(): void;
}

interface Options extends FetchOptions {
  link: Pick<ServerLink, "openMedia">;
  space: Pick<CacheSpace, "makeRoom">;
}

/** A line that was cut without a word is given up after this long without a byte. */
const STALLED_MS = 20_000;

/** Fetches what is missing of a file, from where it is. @throws {NoRoomError} or when the line fails; what came stays */
export async function downloadTo(file: PartFile, item: Item, options: Options): Promise<void> {
  const { link, space, maxKbps, signal, onPiece } = options;
  const have = file.size();
  if (have >= item.bytes) return;
  space.makeRoom(item.bytes - have);
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new Error("the download stalled"));
  let idle = setTimeout(giveUp, STALLED_MS);
  const moved = () => {
    clearTimeout(idle);
    idle = setTimeout(giveUp, STALLED_MS);
  };
  try {
    const both = AbortSignal.any([signal, stalled.signal]);
    const { resumed, body } = await link.openMedia(item.url, have, both);
    if (!resumed) file.empty();
    const startedAt = performance.now();
    let received = 0;
    for await (const chunk of body) {
      await file.append(chunk);
      received += chunk.byteLength;
      moved();
      onPiece();
      if (received > item.bytes) throw new Error(`more arrives for ${item.sha256} than it has`);
      if (maxKbps === undefined) continue;
      const aheadMs = (received * 8) / maxKbps - (performance.now() - startedAt);
      if (aheadMs > 0) await wait(aheadMs, signal);
      moved();
    }
  } catch (error) {
    // What lies there does not fit what the server has: from the start the next time.
    if (error instanceof ServerError && error.status === 416) file.empty();
    throw error;
  } finally {
    clearTimeout(idle);
  }
  if (file.size() < item.bytes) throw new Error(`only a part of ${item.sha256} arrived`);
}
