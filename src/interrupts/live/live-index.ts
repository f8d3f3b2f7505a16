import type { Broadcast } from "../../broadcasts/broadcast.ts";
import type { KeptPart } from "../../media/live/live-parts.ts";
import type { LiveIndex } from "../../protocol/live-index.ts";
import type { Signer } from "../../protocol/signing.ts";

/** What devices are told of a voice. */
export interface Told {
  broadcast: Pick<Broadcast, "id" | "areas" | "kinds" | "startAt">;
  /** All of them, in order. */
  parts: readonly KeptPart[];
  ended: boolean;
}

/** What a device can still hear of it, and at least the last part, which says how far it is. Pure. @param now epoch ms */
export function liveIndexOf(
  { broadcast: { id, areas, kinds, startAt }, parts, ended }: Told,
  now: number,
  mediaUrl: (sha256: string) => string,
): LiveIndex {
  const over = parts.findLastIndex(({ atMs, durationMs }) => startAt + atMs + durationMs <= now);
  const current = parts.slice(Math.min(over + 1, parts.length - 1));
  return {
    broadcastId: id,
    audience: { areas: [...areas], kinds: [...kinds] },
    parts: current.slice(-MOST_PARTS).map(({ n, sha256, bytes, atMs, durationMs }) => ({
      n,
      atMs,
      durationMs,
      sha256,
      url: mediaUrl(sha256),
      bytes,
    })),
    ended,
  };
}

const MOST_PARTS = 100;

/** One word to all who wait, signed once for each change. */
export interface LiveBoard {
  /** There is something new to be told. */
  changed(): void;
  /** The signed index, at once when it has news for who knows of the parts up to `after`, otherwise with the next change. */
  read(after: number): Promise<string>;
}

interface Options {
  signer: Signer;
  /** The index as it is now. */
  index: () => LiveIndex;
}

export function createLiveBoard({ signer, index }: Options): LiveBoard {
  let next = Promise.withResolvers<void>();
  let signed: { jws: Promise<string>; newest: number; ended: boolean } | null = null;

  function now(): NonNullable<typeof signed> {
    if (signed) return signed;
    const payload = index();
    const jws = signer.sign("live", payload);
    return (signed = { jws, newest: payload.parts.at(-1)?.n ?? 0, ended: payload.ended });
  }

  return {
    changed() {
      signed = null;
      next.resolve();
      next = Promise.withResolvers();
    },
    async read(after) {
      const { newest, ended } = now();
      if (newest <= after && !ended) await next.promise;
      return now().jws;
    },
  };
}
