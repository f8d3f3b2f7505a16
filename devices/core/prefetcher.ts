import type { BaseLogger } from "pino";
import type { Item } from "../../src/protocol/messages.ts";
import { createAlarm } from "./alarm.ts";
import { createBackoff } from "./backoff.ts";
import { NoRoomError } from "./cache-limits.ts";
import type { MediaCache } from "./media-cache.ts";
import { type Entry, isAhead } from "./plan.ts";
import { isDiskFull } from "./store.ts";
import type { Supervise } from "./supervisor.ts";

export interface Prefetcher {
  /** Looks again at what is missing, within `ms`. */
  wake(ms?: number): void;
  /** What could not be fetched in the last round, and why. */
  faults(): string[];
  /** Resolves when no file is being written any more. */
  close(): Promise<void>;
}

interface Options {
  cache: Pick<MediaCache, "has" | "fetch">;
  /** Broadcasts that are still to play. */
  entries: () => Entry[];
  maxKbps: () => number | undefined;
  now: () => number;
  log: BaseLogger;
  supervise: Supervise;
  /** They are others than before. */
  onFaults: () => void;
  /** Every item of the broadcast is there. */
  onCached: (entry: Entry) => void;
}

const MAX_FAULTS = 20;
/** The longest between two pieces of a file, and for the digest of a whole one on a slow card. */
const PIECE_MS = 120_000;

/**
 * Fetches media one file at a time, nearest air first; a failure of one does not keep the others from their turn, unless
 * there is no room for it: what airs later must not take the room that is left.
 */
export function createPrefetcher(options: Options): Prefetcher {
  const { cache, entries, maxKbps, now, log, onFaults, onCached } = options;
  const backoff = createBackoff({ baseMs: 1_000, capMs: 30_000 });
  const alarm = createAlarm(look);
  const stop = new AbortController();
  /** By digest; those wait for the next round. */
  const failed = new Map<string, string>();
  let fetching: { item: Item; yieldTo: AbortController } | null = null;
  let round: Promise<void> | null = null;
  /** Counts them, so that one that was given up is known as such. */
  let rounds = 0;
  let faults: string[] = [];

  const isOver = () => stop.signal.aborted;

  /** The nearest item that is missing and has not failed in this round; whatever is complete is told on the way. */
  function nextMissing(): Item | undefined {
    const coming = entries().filter((entry) => isAhead(entry, now()));
    for (const entry of coming.toSorted((a, b) => a.startAt - b.startAt)) {
      const missing = entry.items.filter((item) => !cache.has(item));
      if (missing.length === 0) onCached(entry);
      const next = missing.find(({ sha256 }) => !failed.has(sha256));
      if (next) return next;
    }
    return undefined;
  }

  function look(): void {
    if (isOver()) return;
    if (!round) {
      const own: Promise<void> = fetchMissing().finally(() => {
        if (round === own) round = null;
      });
      round = own;
      own.catch((error: unknown) => log.error({ err: error }, "prefetching failed"));
    } else if (fetching && nextMissing()?.sha256 !== fetching.item.sha256) {
      // Something is on air sooner than what is being fetched; that goes on later from where it is.
      fetching.yieldTo.abort();
    }
  }

  async function fetchMissing(): Promise<void> {
    rounds += 1;
    const own = rounds;
    failed.clear();
    for (let item = nextMissing(); item && !isOver(); item = nextMissing()) {
      loop.moved(PIECE_MS);
      const yieldTo = new AbortController();
      fetching = { item, yieldTo };
      try {
        await cache.fetch(item, {
          maxKbps: maxKbps(),
          signal: AbortSignal.any([stop.signal, yieldTo.signal]),
          onPiece: () => loop.moved(PIECE_MS),
        });
      } catch (error) {
        if (own !== rounds) return; // it was given up
        if (isOver() || yieldTo.signal.aborted) continue;
        const why = error instanceof Error ? error.message : "unknown";
        failed.set(item.sha256, `media ${item.sha256.slice(0, 16)}: ${why}`);
        log.warn({ err: error, sha256: item.sha256 }, "media could not be fetched; trying again");
        if (error instanceof NoRoomError || isDiskFull(error)) break;
      } finally {
        if (own === rounds) fetching = null;
      }
    }
    if (isOver() || own !== rounds) return;
    loop.rests();
    const before = faults.join();
    faults = [...failed.values()].slice(0, MAX_FAULTS);
    if (faults.join() !== before) onFaults();
    if (failed.size > 0) alarm.within(backoff.nextMs());
    else backoff.reset();
  }

  const loop = options.supervise(() => {
    fetching?.yieldTo.abort();
    fetching = null;
    round = null;
    look();
  });

  return {
    wake: (ms = 0) => alarm.within(ms),
    faults: () => faults,
    async close() {
      stop.abort();
      alarm.clear();
      await round;
    },
  };
}
