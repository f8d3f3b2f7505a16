import type { BaseLogger } from "pino";
import type { Item } from "../../src/protocol/messages.ts";
import { createAlarm } from "./alarm.ts";
import { createBackoff } from "./backoff.ts";
import { isDiskFull } from "./ballast.ts";
import { NoRoomError } from "./cache-space.ts";
import type { MediaCache } from "./media-cache.ts";
import { type Entry, isAhead } from "./plan.ts";

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
  /** They are others than before. */
  onFaults: () => void;
  /** Every item of the broadcast is there. */
  onCached: (entry: Entry) => void;
}

const MAX_FAULTS = 20;

/**
 * Fetches media one file at a time, nearest air first; a failure of one does not keep the others from their turn, unless
 * there is no room for it: what airs later must not take the room that is left.
 */
export function createPrefetcher({ cache, entries, maxKbps, now, log, onFaults, onCached }: Options): Prefetcher {
  const backoff = createBackoff({ baseMs: 1_000, capMs: 30_000 });
  const alarm = createAlarm(look);
  const stop = new AbortController();
  /** By digest; those wait for the next round. */
  const failed = new Map<string, string>();
  let fetching: { item: Item; yieldTo: AbortController } | null = null;
  let round: Promise<void> | null = null;
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
      round = fetchMissing().finally(() => (round = null));
      round.catch((error: unknown) => log.error({ err: error }, "prefetching failed"));
    } else if (fetching && nextMissing()?.sha256 !== fetching.item.sha256) {
      // Something is on air sooner than what is being fetched; that goes on later from where it is.
      fetching.yieldTo.abort();
    }
  }

  async function fetchMissing(): Promise<void> {
    failed.clear();
    for (let item = nextMissing(); item && !isOver(); item = nextMissing()) {
      const yieldTo = new AbortController();
      fetching = { item, yieldTo };
      try {
        await cache.fetch(item, maxKbps(), AbortSignal.any([stop.signal, yieldTo.signal]));
      } catch (error) {
        if (isOver() || yieldTo.signal.aborted) continue;
        const why = error instanceof Error ? error.message : "unknown";
        failed.set(item.sha256, `media ${item.sha256.slice(0, 16)}: ${why}`);
        log.warn({ err: error, sha256: item.sha256 }, "media could not be fetched; trying again");
        if (error instanceof NoRoomError || isDiskFull(error)) break;
      } finally {
        fetching = null;
      }
    }
    if (isOver()) return;
    const before = faults.join();
    faults = [...failed.values()].slice(0, MAX_FAULTS);
    if (faults.join() !== before) onFaults();
    if (failed.size > 0) alarm.within(backoff.nextMs());
    else backoff.reset();
  }

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
