import { schedule } from "node-cron";
import type { BaseLogger } from "pino";

export interface Beats {
  everySecond: () => void;
  everyHour: () => void;
}

/**
 * node-cron only wakes: it drops a late or blocked tick and runs none of those that a clock jump skipped. What is due
 * is decided by the database, so a beat may be missed, but never twice at once.
 */
export function startTicker({ everySecond, everyHour }: Beats, log: BaseLogger): () => Promise<void> {
  const guarded = (name: string, run: () => void) => () => {
    try {
      run();
    } catch (error) {
      log.error({ err: error, beat: name }, "a beat failed; the next one tries again");
    }
  };
  const tasks = [
    schedule("* * * * * *", guarded("second", everySecond), { noOverlap: true, name: "second" }),
    schedule("17 3 * * * *", guarded("hour", everyHour), { noOverlap: true, name: "hour" }),
  ];
  return async () => {
    for (const task of tasks) await task.destroy();
  };
}
