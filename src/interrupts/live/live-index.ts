import type { Broadcast } from "../../broadcasts/broadcast.ts";
import type { KeptPart } from "../../media/live/live-parts.ts";
import type { LiveIndex } from "../../protocol/live-index.ts";
import type { Signer } from "../../protocol/signing.ts";

/** What devices are told of a voice. */
export interface Told {
  broadcast: Pick<Broadcast, "id" | "areas" | "kinds">;
  /** All of them, in order. */
  parts: readonly KeptPart[];
  ended: boolean;
}

const MOST_PARTS = 100;

/**
 * The index from one of the parts on: at most a hundred, those that are due first. Pure.
 * @param from index into `parts`
 */
export function liveIndexOf(
  { broadcast: { id, areas, kinds }, parts, ended }: Told,
  from: number,
  mediaUrl: (sha256: string) => string,
): LiveIndex {
  const listed = parts.slice(from, from + MOST_PARTS);
  return {
    broadcastId: id,
    audience: { areas: [...areas], kinds: [...kinds] },
    parts: listed.map(({ n, sha256, bytes, atMs, durationMs }) => ({
      n,
      atMs,
      durationMs,
      sha256,
      url: mediaUrl(sha256),
      bytes,
    })),
    ended: ended && from + listed.length === parts.length,
  };
}

/**
 * The first part that a device can still hear and does not know, or else the last one, which says how far it is. Pure.
 * @param after the highest number that it knows
 * @param positionMs how far the whole has come
 */
export function firstToTell(parts: readonly KeptPart[], after: number, positionMs: number): number {
  const past = parts.findLastIndex(
    ({ n, atMs, durationMs }) => n <= after || atMs + durationMs <= positionMs,
  );
  return Math.max(0, Math.min(past + 1, parts.length - 1));
}

/** One word to all who wait. */
export interface LiveBoard {
  /** There is something new to be told. */
  changed(): void;
  /** The signed index, at once when it has news for who knows of the parts up to `after`, otherwise with the next change. */
  read(after: number): Promise<string>;
}

interface Options {
  signer: Pick<Signer, "sign">;
  told: () => Told;
  positionMs: () => number;
  mediaUrl: (sha256: string) => string;
}

export function createLiveBoard({ signer, told, positionMs, mediaUrl }: Options): LiveBoard {
  let next = Promise.withResolvers<void>();
  /** By where they begin: those who follow all ask for the same. */
  const signed = new Map<number, Promise<string>>();

  function hasNews(after: number): boolean {
    const { parts, ended } = told();
    return ended || (parts.at(-1)?.n ?? 0) > after;
  }

  function sign(from: number): Promise<string> {
    const jws = signer.sign("live", liveIndexOf(told(), from, mediaUrl));
    signed.set(from, jws);
    // Whoever asks next tries anew.
    jws.catch(() => signed.get(from) === jws && signed.delete(from));
    return jws;
  }

  return {
    changed() {
      signed.clear();
      next.resolve();
      next = Promise.withResolvers();
    },
    async read(after) {
      if (!hasNews(after)) await next.promise;
      const from = firstToTell(told().parts, after, positionMs());
      return signed.get(from) ?? sign(from);
    },
  };
}
