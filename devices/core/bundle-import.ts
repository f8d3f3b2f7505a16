import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { Compile } from "typebox/compile";
import { BUNDLE_KEYS, bundledMedia, bundledPlaylist } from "../../src/protocol/bundle.ts";
import { KeyChain } from "../../src/protocol/key-set.ts";
import type { Item, Playlist } from "../../src/protocol/messages.ts";
import type { KeyRing } from "./key-ring.ts";
import type { MediaCache, StagedMedia } from "./media-cache.ts";
import type { PlaylistKeeper } from "./playlist-keeper.ts";

export interface Imported {
  revision: number;
  /** Files that were not there before. */
  files: number;
}

interface Options {
  deviceId: string;
  keys: Pick<KeyRing, "tryChain">;
  keeper: Pick<PlaylistKeeper, "playlist" | "take">;
  cache: Pick<MediaCache, "has" | "stage" | "space">;
  now: () => number;
  clockTrusted: () => boolean;
}

/** Why nothing of a bundle was taken. */
export class BundleError extends Error {}

/** More than any playlist or key chain has. */
const MAX_TEXT_BYTES = 32 * 1024 * 1024;
const validator = Compile(KeyChain);

/**
 * Imports a bundle (src/protocol/bundle.ts): the playlist is verified by the keys that are held, or those that follow from
 * them; each file by its SHA-256. Only when all of it is there and right does anything change.
 * @throws {BundleError} that says why not
 */
export function createBundleImport({ deviceId, keys, keeper, cache, now, clockTrusted }: Options) {
  return async (content: ReadableStream<Uint8Array>): Promise<Imported> => {
    const staged = new Map<string, StagedMedia>();
    const over = new AbortController();
    try {
      const { playlist, jws, keepKeys } = await read(content, staged, over.signal);
      keepKeys();
      for (const file of staged.values()) await file.keep();
      const files = staged.size;
      staged.clear();
      keeper.take(playlist, jws);
      return { revision: playlist.revision, files };
    } catch (error) {
      if (error instanceof BundleError) throw error;
      throw new BundleError(error instanceof Error ? error.message : "it cannot be read", { cause: error });
    } finally {
      over.abort();
      for (const file of staged.values()) file.discard();
    }
  };

  async function read(
    content: ReadableStream<Uint8Array>,
    staged: Map<string, StagedMedia>,
    over: AbortSignal,
  ) {
    let sets: string[] | null = null;
    let own: Awaited<ReturnType<typeof verifyOwn>> | null = null;
    let wanted = new Map<string, Item>();
    for await (const { header, body } of entriesOf(content, over)) {
      if (header.name === BUNDLE_KEYS) sets = parseSets(await textOf(body));
      else if (header.name === bundledPlaylist(deviceId)) {
        own = await verifyOwn(await textOf(body), sets);
        wanted = missingOf(own.playlist);
        cache.space.makeRoom([...wanted.values()].reduce((sum, { bytes }) => sum + bytes, 0));
      } else {
        const item = wanted.get(header.name);
        wanted.delete(header.name);
        if (item) staged.set(item.sha256, await cache.stage(item, body));
        else await body.cancel();
      }
    }
    if (!own) throw new BundleError("there is nothing for this device in it");
    if (wanted.size > 0) throw new BundleError(`${wanted.size} of its files are missing`);
    return own;
  }

  async function verifyOwn(jws: string, sets: string[] | null) {
    const { verify, keep: keepKeys } = await keys.tryChain(sets ?? []);
    const playlist = await verify("playlist", jws);
    if (playlist.deviceId !== deviceId) throw new BundleError("this playlist is another device's");
    if (clockTrusted() && playlist.validUntil < now()) throw new BundleError("it is no longer valid");
    if (keeper.playlist && playlist.revision < keeper.playlist.revision)
      throw new BundleError("it is older than what this device has");
    return { playlist, jws, keepKeys };
  }

  /** By the name of their entry: each once, and only what is not there yet. */
  function missingOf({ broadcasts }: Playlist): Map<string, Item> {
    const items = broadcasts.flatMap((broadcast) => broadcast.items);
    return new Map(items.filter((item) => !cache.has(item)).map((item) => [bundledMedia(item.sha256), item]));
  }
}

/** Entries in their order; the body of each has to be read or cancelled before the next comes. */
function entriesOf(content: ReadableStream<Uint8Array>, over: AbortSignal): AsyncIterable<ParsedTarEntry> {
  return content.pipeThrough(createTarDecoder({ strict: true }), { signal: over });
}

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_TEXT_BYTES) throw new BundleError("a part of it is far too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parseSets(text: string): string[] {
  const chain: unknown = JSON.parse(text);
  if (!validator.Check(chain)) throw new BundleError("its keys are not as the protocol describes them");
  return chain.items;
}
