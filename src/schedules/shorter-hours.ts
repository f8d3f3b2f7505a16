import { isDeepStrictEqual } from "node:util";
import type { QuietHours } from "../protocol/messages.ts";
import { quietWindowAtLocal } from "../protocol/quiet-hours.ts";
import { parseDay, weekdayOf } from "./day.ts";

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const DAY_MINUTES = 1_440;
/** One day of each weekday. */
const WEEK = [0, 1, 2, 3, 4, 5, 6];

/** Whether any minute from `today` on that was quiet is not any more. @param today counted from 1970-01-01 */
export function isShortened(
  before: readonly QuietHours[],
  after: readonly QuietHours[],
  today: number,
): boolean {
  const everyWeek = after.filter(({ days, dates }) => !dates || days).map(withoutDates);
  return before.some((window) => {
    if (after.some((other) => isDeepStrictEqual(other, window))) return false;
    const { days, dates = [] } = window;
    const isOfDates = !days && dates.length > 0;
    const weekdays = isOfDates ? [] : WEEK.filter((day) => !days || days.includes(weekdayOf(day)));
    const single = dates.map((date) => parseDay(date) ?? 0).filter((day) => day >= today);
    return (
      weekdays.some((day) => losesAny(window, day, everyWeek)) ||
      single.some((day) => losesAny(window, day, after))
    );
  });
}

const withoutDates = ({ dates: _, ...window }: QuietHours): QuietHours => window;

/** Of the window that begins on a day. */
function losesAny({ from, to }: QuietHours, day: number, after: readonly QuietHours[]): boolean {
  const [first, last] = [minutesOf(from), minutesOf(to)];
  const end = first < last ? last : last + DAY_MINUTES;
  const quietHours = [...after];
  for (let minute = first; minute < end; minute += 1) {
    const moment = { day: day + Math.floor(minute / DAY_MINUTES), minute: minute % DAY_MINUTES };
    if (!quietWindowAtLocal({ quietHours }, moment)) return true;
  }
  return false;
}
