import type { Policy } from "../../src/protocol/messages.ts";
import { localMomentOf } from "../../src/protocol/quiet-hours.ts";

/** How long a broadcast of the daily class sounded, and since when (epoch ms). */
export interface Heard {
  id: string;
  at: number;
  ms: number;
}

const MINUTE_MS = 60_000;
/** 1970-01-01 was a Thursday: weeks from Monday to Sunday. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

/**
 * Whether a broadcast that begins at `at` and lasts `ms` would take its date or its week over a cap, by what this device
 * has truly played. It has to fit whole: nothing is cut off in the middle of a sentence.
 */
export function exceedsCap(
  { zone, dailyMinutesCap, weeklyMinutesCap }: Policy,
  heard: Iterable<Heard>,
  { id, at, ms }: Heard,
): boolean {
  if (dailyMinutesCap === undefined && weeklyMinutesCap === undefined) return false;
  const { day } = localMomentOf(zone, at);
  let onDay = ms;
  let inWeek = ms;
  for (const other of heard) {
    if (other.id === id) continue;
    const otherDay = localMomentOf(zone, other.at).day;
    if (otherDay === day) onDay += other.ms;
    if (weekOf(otherDay) === weekOf(day)) inWeek += other.ms;
  }
  const isOver = (sum: number, cap: number | undefined) => cap !== undefined && sum > cap * MINUTE_MS;
  return isOver(onDay, dailyMinutesCap) || isOver(inWeek, weeklyMinutesCap);
}
