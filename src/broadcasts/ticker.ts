import { schedule } from "node-cron";
import type { BaseLogger } from "pino";
import { MINUTE_MS, repeat, SECOND_MS } from "../clock.ts";

/** What is done at a beat, in this order, each by a name for the log. */
export type Parts = Readonly<Record<string, () => void>>;

export interface Beats {
  everySecond: Parts;
  everyMinute: Parts;
  everyHour: Parts;
}

/** Each by itself: one that fails keeps no other from its instant. */
export const eachOf = (parts: Parts, log: BaseLogger) => (): void => {
  for (const [part, run] of Object.entries(parts)) {
    try {
      run();
    } catch (error) {
      log.error({ err: error, part }, "a part of a beat failed; the next beat tries again");
    }
  }
};

/**
 * Beats only wake: what is due is decided by the database, so a beat may be missed, but never twice at once. The short
 * ones go by time that nobody sets: node-cron reckons its next run by the wall clock, and a clock that is set back by ten
 * minutes would silence it for as long.
 */
export function startTicker(
  { everySecond, everyMinute, everyHour }: Beats,
  log: BaseLogger,
): () => Promise<void> {
  const hourly = schedule("17 3 * * * *", eachOf(everyHour, log), { noOverlap: true, name: "hour" });
  const stops = [repeat(SECOND_MS, eachOf(everySecond, log)), repeat(MINUTE_MS, eachOf(everyMinute, log))];
  return async () => {
    for (const stop of stops) stop();
    await hourly.destroy();
  };
}
