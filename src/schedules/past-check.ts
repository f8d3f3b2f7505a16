import type { ErrorDetail } from "../errors.ts";
import { type Day, parseDay } from "./day.ts";
import type { Calendars, RuleWindow } from "./rule.ts";
import { slotDays, timesOn } from "./rule-days.ts";
import { createWallClock } from "./wall-clock.ts";

interface Place {
  /** A JSON pointer. */
  at: string;
  /** The slot that comes here, `null` for an extra date. */
  from: string | null;
  date: string;
  time: string;
}

/**
 * Exceptions and extra dates that put a broadcast where its start is over, so that it would never air.
 * @param before what was in force until now: what was said in time stays when it has become history
 * @param now epoch ms
 */
export function pastProblems(
  window: RuleWindow,
  before: RuleWindow | null,
  now: number,
  calendars: Calendars,
): ErrorDetail[] {
  const wallClock = createWallClock(window.zone);
  const today = wallClock.dayAt(now);
  const known = new Set(before ? placesOf(before, today, calendars).map(nameOf) : []);
  return placesOf(window, today, calendars).flatMap((place) => {
    const { at, from, date, time } = place;
    if (known.has(nameOf(place)) || wallClock.instantOf(parseDay(date) ?? 0, time) > now) return [];
    const start = `${date} ${time}`;
    const message =
      from === null
        ? `${start} is past: nothing would air.`
        : `${from} would move to ${start}, which is past: it would never air.`;
    return [{ at, message }];
  });
}

const nameOf = ({ from, date, time }: Place): string => `${from} ${date} ${time}`;

/** Where coming slots are moved to, and the extra dates. */
function placesOf(window: RuleWindow, today: Day, calendars: Calendars): Place[] {
  const { rule, exceptions = [], extraDates = [] } = window;
  const moved = exceptions.flatMap(({ date, time, moveTo }, index): Place[] => {
    const day = parseDay(date) ?? 0;
    if (!moveTo || day < today || slotDays(window, day, day, calendars).length === 0) return [];
    return timesOn(rule, day)
      .filter((slot) => time === undefined || time === slot)
      .map((slot) => ({
        at: `/exceptions/${index}/moveTo`,
        from: `${date} ${slot}`,
        date: moveTo.date ?? date,
        time: moveTo.time ?? slot,
      }));
  });
  const extra = extraDates.map(({ date, time }, index) => ({
    at: `/extraDates/${index}`,
    from: null,
    date,
    time,
  }));
  return [...moved, ...extra];
}
