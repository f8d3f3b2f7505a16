import type { BaseLogger } from "pino";
import { createAlarm } from "./alarm.ts";
import { createBackoff } from "./backoff.ts";
import type { MediaCache } from "./media-cache.ts";
import { type Entry, endOf } from "./plan.ts";

export interface Prefetcher {
  /** Looks again at what is missing, within `ms`. */
  wake(ms?: number): void;
  close(): void;
}

interface Options {
  cache: MediaCache;
  /** Broadcasts that are still to play. */
  entries: () => Entry[];
  maxKbps: () => number | undefined;
  now: () => number;
  log: BaseLogger;
  /** Every item of the broadcast is there. */
  onCached: (entry: Entry) => void;
}

/** Fetches media one file at a time, nearest air first; a failure of one does not keep the others from their turn. */
export function createPrefetcher({ cache, entries, maxKbps, now, log, onCached }: Options): Prefetcher {
  const backoff = createBackoff({ baseMs: 1_000, capMs: 30_000 });
  const alarm = createAlarm(() => void run());
  const stop = new AbortController();
  let running = false;
  let wokenMeanwhile = false;

  async function run(): Promise<void> {
    wokenMeanwhile = running;
    if (running) return;
    running = true;
    const failed = await fetchMissing();
    running = false;
    if (stop.signal.aborted) return;
    if (!failed) backoff.reset();
    if (failed) alarm.within(backoff.nextMs());
    else if (wokenMeanwhile) alarm.within(0);
  }

  async function fetchMissing(): Promise<boolean> {
    let failed = false;
    const coming = entries().filter((entry) => endOf(entry) > now() || entry.notAfter > now());
    for (const entry of coming.toSorted((a, b) => a.startAt - b.startAt)) {
      try {
        for (const item of entry.items) {
          if (!cache.has(item)) await cache.fetch(item, maxKbps(), stop.signal);
        }
        onCached(entry);
      } catch (error) {
        if (stop.signal.aborted) return false;
        failed = true;
        log.warn({ err: error, broadcastId: entry.id }, "media could not be fetched; trying again");
      }
    }
    return failed;
  }

  return {
    wake: (ms = 0) => alarm.within(ms),
    close() {
      stop.abort();
      alarm.clear();
    },
  };
}
