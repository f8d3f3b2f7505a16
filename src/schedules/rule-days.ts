import { civilOf, type Day, dayOf, daysInMonth, formatDay, parseDay, weekdayOf } from "./day.ts";
import { lunarDaysBetween } from "./lunar-calendar.ts";
import type { HolidayCalendar } from "./public-holidays.ts";
import type { Calendars, Rule, RuleWindow } from "./rule.ts";
import { timesOnDate } from "./seasons.ts";

/** Days that the rule names between two days, both included, in no order; those of years without holidays too. */
export function slotDays(
  { rule, validFrom, validUntil }: RuleWindow,
  from: Day,
  until: Day,
  { holidays, lunar }: Calendars,
): Day[] {
  const first = Math.max(from, parseDay(validFrom ?? "") ?? from);
  const last = Math.min(until, parseDay(validUntil ?? "") ?? until);
  if (first > last) return [];
  const found = new Set<Day>();
  const add = (day: Day | null) => {
    if (day !== null && day >= first && day <= last) found.add(day);
  };
  for (const date of rule.dates ?? []) add(parseDay(date));
  for (const { from: begin, until: end } of rule.dateRanges ?? []) {
    const stop = Math.min(parseDay(end) ?? first, last);
    for (let day = Math.max(parseDay(begin) ?? last, first); day <= stop; day += 1) add(day);
  }
  for (const day of monthlyDays(rule, first, last)) add(day);
  for (const day of weeklyDays(rule, first, last)) add(day);
  for (const { month, day } of rule.lunarDays ?? [])
    for (const each of lunarDaysBetween(lunar, month, day, first, last)) add(each);
  const { onlyOn } = rule;
  if (!onlyOn) return [...found];
  return [...found].filter((day) => {
    const kind = holidays.kindOf(day);
    return kind === null || onlyOn.includes(kind);
  });
}

export const timesOn = (rule: Rule, day: Day): string[] =>
  rule.seasons?.length ? timesOnDate(rule, formatDay(day)) : rule.times;

function* monthlyDays(rule: Rule, first: Day, last: Day): Generator<Day> {
  if (!rule.daysOfMonth?.length && !rule.weekdaysOfMonth?.length) return;
  let { year, month } = civilOf(first);
  for (let begin = dayOf(year, month, 1); begin <= last; begin = dayOf(year, month, 1)) {
    const length = daysInMonth(year, month);
    for (const number of rule.daysOfMonth ?? []) {
      const inMonth = number < 0 ? length + 1 + number : number;
      if (inMonth >= 1 && inMonth <= length) yield begin + inMonth - 1;
    }
    for (const { weekday, nth } of rule.weekdaysOfMonth ?? []) {
      const firstOfKind = begin + ((weekday - weekdayOf(begin) + 7) % 7);
      const count = Math.floor((begin + length - 1 - firstOfKind) / 7) + 1;
      const index = nth < 0 ? count + nth : nth - 1;
      if (index >= 0 && index < count) yield firstOfKind + 7 * index;
    }
    month += 1;
    if (month > 12) [year, month] = [year + 1, 1];
  }
}

/** Weeks begin on Monday (ISO 8601; RFC 5545 WKST=MO). */
function* weeklyDays({ weekly }: Rule, first: Day, last: Day): Generator<Day> {
  const anchor = parseDay(weekly?.from ?? "");
  if (!weekly || anchor === null) return;
  const anchorWeek = anchor - weekdayOf(anchor) + 1;
  const step = 7 * weekly.everyWeeks;
  const begin = Math.max(first, anchor);
  for (let week = anchorWeek + Math.floor((begin - anchorWeek) / step) * step; week <= last; week += step)
    for (const weekday of weekly.weekdays) if (week + weekday - 1 >= begin) yield week + weekday - 1;
}

/** Why a day cannot be judged: holidays that are not published are nobody's workdays. */
export function doubtOf({ onlyOn }: Rule, day: Day, holidays: HolidayCalendar): string | null {
  if (!onlyOn || holidays.kindOf(day) !== null) return null;
  return `the public holidays of ${civilOf(day).year} are not known yet`;
}
