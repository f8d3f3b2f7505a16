import type { Policy } from "./messages.ts";
import { localMomentOf } from "./quiet-hours.ts";

/** How long a broadcast of the daily class sounds, and since when (epoch ms). */
export interface Sounding {
  at: number;
  ms: number;
}

/** One that a device has truly played. */
export interface Heard extends Sounding {
  id: string;
}

type Caps = Pick<Policy, "zone" | "dailyMinutesCap" | "weeklyMinutesCap">;

const MINUTE_MS = 60_000;
/** 1970-01-01 was a Thursday: weeks from Monday to Sunday. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

export const hasMinutesCap = ({ dailyMinutesCap, weeklyMinutesCap }: Caps): boolean =>
  dailyMinutesCap !== undefined || weeklyMinutesCap !== undefined;

/** The minutes that are left on each date and in each week, of which each sounding takes its own. */
export function createMinutesLeft({ zone, dailyMinutesCap, weeklyMinutesCap }: Caps) {
  const onDays = new Map<number, number>();
  const inWeeks = new Map<number, number>();
  const isOver = (sum: number, cap: number | undefined) => cap !== undefined && sum > cap * MINUTE_MS;
  return {
    /** It has to fit whole: nothing is cut off in the middle of a sentence. */
    hold({ at, ms }: Sounding): boolean {
      const { day } = localMomentOf(zone, at);
      const [onDay, inWeek] = [onDays.get(day) ?? 0, inWeeks.get(weekOf(day)) ?? 0];
      return !isOver(onDay + ms, dailyMinutesCap) && !isOver(inWeek + ms, weeklyMinutesCap);
    },
    take({ at, ms }: Sounding): void {
      const { day } = localMomentOf(zone, at);
      onDays.set(day, (onDays.get(day) ?? 0) + ms);
      inWeeks.set(weekOf(day), (inWeeks.get(weekOf(day)) ?? 0) + ms);
    },
  };
}

/**
 * Whether a broadcast that begins at `at` and lasts `ms` would take its date or its week over a cap, by what this device
 * has truly played.
 */
export function exceedsCap(policy: Caps, heard: Iterable<Heard>, own: Heard): boolean {
  if (!hasMinutesCap(policy)) return false;
  const left = createMinutesLeft(policy);
  for (const other of heard) if (other.id !== own.id) left.take(other);
  return !left.hold(own);
}
