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

export interface LunarDate {
  month: number;
  day: number;
  /** In the second of two months with the same number. */
  isLeap: boolean;
}

interface Month {
  number: number;
  isLeap: boolean;
  first: Day;
  last: Day;
}

export interface LunarCalendar {
  /** First and last day of each month 1–12 of each known year, leap months left out. */
  years: readonly { year: number; months: readonly { first: Day; last: Day }[] }[];
  /** `null` in a year that is not known. */
  dateOf(day: Day): LunarDate | null;
}

export function createLunarCalendar({ years }: LunarYears): LunarCalendar {
  const known = years.map((each) => ({ year: each.year, months: monthsOf(each) }));
  const all = known.flatMap(({ months }) => months);
  return {
    years: known.map(({ year, months }) => ({ year, months: months.filter(({ isLeap }) => !isLeap) })),
    dateOf(day) {
      const month = all.find(({ first, last }) => day >= first && day <= last);
      return month ? { month: month.number, day: day - month.first + 1, isLeap: month.isLeap } : null;
    },
  };
}

/** The leap month follows the month whose number it repeats. */
function monthsOf({ newYear, leapMonth, monthDays }: LunarYears["years"][number]): Month[] {
  let first = parseDay(newYear) ?? 0;
  return monthDays.map((days, index) => {
    const isLeap = leapMonth > 0 && index === leapMonth;
    const number = leapMonth > 0 && index >= leapMonth ? index : index + 1;
    const month = { number, isLeap, first, last: first + days - 1 };
    first += days;
    return month;
  });
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
