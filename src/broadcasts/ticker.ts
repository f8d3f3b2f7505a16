import { schedule } from "node-cron";
import type { BaseLogger } from "pino";
import { MINUTE_MS, repeat, SECOND_MS } from "../clock.ts";

export interface Beats {
  everySecond: () => void;
  everyMinute: () => void;
  everyHour: () => void;
}

/**
 * Beats only wake: what is due is decided by the database, so a beat may be missed, but never twice at once. The short
 * ones go by time that nobody sets: node-cron reckons its next run by the wall clock, and a clock that is set back by ten
 * minutes would silence it for as long.
 */
export function startTicker(
  { everySecond, everyMinute, everyHour }: Beats,
  log: BaseLogger,
): () => Promise<void> {
  const guarded = (name: string, run: () => void) => () => {
    try {
      run();
    } catch (error) {
      log.error({ err: error, beat: name }, "a beat failed; the next one tries again");
    }
  };
  const hourly = schedule("17 3 * * * *", guarded("hour", everyHour), { noOverlap: true, name: "hour" });
  const stops = [
    repeat(SECOND_MS, guarded("second", everySecond)),
    repeat(MINUTE_MS, guarded("minute", everyMinute)),
  ];
  return async () => {
    for (const stop of stops) stop();
    await hourly.destroy();
  };
}
