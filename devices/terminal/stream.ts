import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { HlsConfig, Loader, LoaderContext } from "hls.js";
import Player from "hls.js/light";
import {
  digestInAddress,
  namedIn,
  stretchesOf,
  unsignedPlaylist,
} from "../../src/protocol/stream-playlist.ts";
import type { Part } from "../core/output.ts";

export interface Stream {
  destroy(): void;
}

/** So far ahead of what is shown it is fetched. */
const AHEAD_S = 60;
/** After an error that hls.js does not mend by itself. */
const AGAIN_MS = 2_000;

/**
 * Shows HTTP Live Streaming in an element, from a place on: of what the multivariant playlist's digest, which the server signed,
 * leads to, nothing is shown before it was checked.
 * @param onFailed it cannot be shown; what a network that fails keeps from it is tried again all the same
 */
export function openStream(
  video: HTMLVideoElement,
  { url, sha256: digest }: NonNullable<Part["stream"]>,
  offsetMs: number,
  onFailed: (error: Error) => void,
): Stream {
  const player = new Player({
    loader: checkedBy(createCheck(digest), Player.DefaultConfig.loader),
    startPosition: offsetMs / 1000,
    maxBufferLength: AHEAD_S,
    maxMaxBufferLength: AHEAD_S,
    // A worker of its own would be one from a blob, which the policy refuses.
    enableWorker: false,
  });
  let again: ReturnType<typeof setTimeout> | undefined;
  player.on(Player.Events.ERROR, (_, { fatal, type, error }) => {
    if (!fatal) return;
    onFailed(error);
    if (type !== Player.ErrorTypes.NETWORK_ERROR) return;
    clearTimeout(again);
    again = setTimeout(() => player.startLoad(), AGAIN_MS);
  });
  player.attachMedia(video);
  player.loadSource(new URL(url, `${location.origin}/`).href);
  return {
    destroy() {
      clearTimeout(again);
      player.destroy();
    },
  };
}

type LoaderClass = HlsConfig["loader"];
type Load = Loader<LoaderContext>["load"];

/** A loader whose answers count once they are checked. */
const checkedBy = (isRight: Check, LoaderOf: LoaderClass): LoaderClass =>
  class extends LoaderOf {
    override load(...[context, config, callbacks]: Parameters<Load>): void {
      super.load(context, config, {
        ...callbacks,
        onSuccess(response, stats, asked, details) {
          if (isRight(asked, response.data)) return callbacks.onSuccess(response, stats, asked, details);
          const text = `${asked.url} is not what was signed`;
          callbacks.onError({ code: 0, text }, asked, details, stats);
        },
      });
    }
  };

/** Whether an answer is what was signed. */
type Check = (asked: Pick<LoaderContext, "url" | "rangeStart" | "rangeEnd">, data: unknown) => boolean;

/** @param multivariant SHA-256 of the playlist that all others and all stretches follow from, each before it is asked for */
export function createCheck(multivariant: string): Check {
  const playlists = new Set([multivariant]);
  /** By file and place. */
  const stretches = new Map<string, string>();
  const placeOf = (file: string | null, from: number, to: number) => `${file} ${from}-${to}`;

  return ({ url, rangeStart = 0, rangeEnd = 0 }, data) => {
    const name = digestInAddress(url);
    if (data instanceof ArrayBuffer)
      return stretches.get(placeOf(name, rangeStart, rangeEnd)) === digestOf(new Uint8Array(data));
    if (typeof data !== "string" || name === null || !playlists.has(name)) return false;
    const text = unsignedPlaylist(data);
    if (digestOf(utf8ToBytes(text)) !== name) return false;
    for (const named of namedIn(text, "m3u8")) playlists.add(named);
    const [file = null] = namedIn(text, "mp4");
    for (const { offset, bytes, sha256: digest } of stretchesOf(text))
      stretches.set(placeOf(file, offset, offset + bytes), digest);
    return true;
  };
}

const digestOf = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));
