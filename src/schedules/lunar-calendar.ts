import { type Static, Type } from "typebox";
import { closed, LocalDate } from "../http/schemas.ts";
import { type Day, parseDay } from "./day.ts";

/** `schedules/lunar-years.json`: the Chinese lunar calendar as GB/T 33661-2017 computes it, for 120° E. */
export const LunarYears = closed({
  years: Type.Array(
    closed({
      year: Type.Integer({ description: "The Gregorian year in which it begins" }),
      newYear: LocalDate,
      leapMonth: Type.Integer({
        minimum: 0,
        maximum: 12,
        description: "The month that comes twice; 0 for none",
      }),
      monthDays: Type.Array(Type.Integer({ minimum: 29, maximum: 30 }), { minItems: 12, maxItems: 13 }),
    }),
  ),
});
export type LunarYears = Static<typeof LunarYears>;

export interface LunarCalendar {
  /** First and last day of each month 1–12 of each known year, leap months left out. */
  years: readonly { year: number; months: readonly { first: Day; last: Day }[] }[];
}

export function createLunarCalendar({ years }: LunarYears): LunarCalendar {
  return {
    years: years.map(({ year, newYear, leapMonth, monthDays }) => {
      let first = parseDay(newYear) ?? 0;
      const months = monthDays.map((days) => {
        const month = { first, last: first + days - 1 };
        first += days;
        return month;
      });
      // The leap month follows the month whose number it repeats.
      return { year, months: leapMonth === 0 ? months : months.toSpliced(leapMonth, 1) };
    }),
  };
}

/** @param dayOfMonth 1–30, passed over in a month of 29, or −1 for the last */
export function lunarDaysBetween(
  { years }: LunarCalendar,
  month: number,
  dayOfMonth: number,
  from: Day,
  until: Day,
): Day[] {
  return years.flatMap(({ months }) => {
    const span = months[month - 1];
    if (!span) return [];
    const day = dayOfMonth < 0 ? span.last + 1 + dayOfMonth : span.first + dayOfMonth - 1;
    return day >= from && day <= until && day <= span.last ? [day] : [];
  });
}
