import { formatDay } from "../schedules/day.ts";
import { createWallClock } from "../schedules/wall-clock.ts";

/** How many days ahead somebody is warned of a date that has nothing approved; each is more urgent than the last. */
export const WARNING_DAYS = [5, 3, 1] as const;
export type WarningDays = (typeof WARNING_DAYS)[number];

/**
 * A coming broadcast that has nothing to air by now: the title of the fallback that airs instead, of what has aired and is to
 * be reviewed again, of what a consent has ended for, or of what owes signatures.
 */
export interface Unfilled {
  scheduleId: string;
  startAt: number;
  programme: string;
  reason: string | null;
  fallbackTitle: string | null;
  againTitle: string | null;
  consentTitle: string | null;
  owedTitle: string | null;
}

export interface EmptyDate extends Unfilled {
  /** In the zone of the county. */
  airDate: string;
  /** Calendar days until then; 0 is today. */
  daysLeft: number;
  /** The narrowest of the warnings that has come due. */
  dueAt: WarningDays;
}

/**
 * The dates within the widest warning on which a schedule has something to air and nothing approved, the first start of
 * each, in order. A date is one warning however many times it has; one of them that stays silent outweighs the others.
 * @param now epoch ms
 * @param zone IANA
 */
export function emptyDates(broadcasts: readonly Unfilled[], now: number, zone: string): EmptyDate[] {
  const wallClock = createWallClock(zone);
  const today = wallClock.dayAt(now);
  const byDate = new Map<string, EmptyDate>();
  for (const broadcast of broadcasts.toSorted((one, other) => one.startAt - other.startAt)) {
    const day = wallClock.dayAt(broadcast.startAt);
    const daysLeft = day - today;
    const dueAt = WARNING_DAYS.findLast((days) => daysLeft <= days);
    if (broadcast.startAt <= now || dueAt === undefined) continue;
    const airDate = formatDay(day);
    const key = `${broadcast.scheduleId} ${airDate}`;
    const known = byDate.get(key);
    if (!known || (known.fallbackTitle !== null && broadcast.fallbackTitle === null))
      byDate.set(key, { ...broadcast, airDate, daysLeft, dueAt });
  }
  return [...byDate.values()].toSorted((one, other) => one.startAt - other.startAt);
}
