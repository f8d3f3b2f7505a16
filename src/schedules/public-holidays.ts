import { type Static, Type } from "typebox";
import { closed, enumOf, LocalDate, Title } from "../http/schemas.ts";
import { civilOf, type Day, parseDay, weekdayOf } from "./day.ts";

/** `workday` counts the weekend days that are worked to make up for a holiday. */
export const DAY_KINDS = ["workday", "weekend", "holiday"] as const;
export const DayKind = enumOf(DAY_KINDS);
export type DayKind = Static<typeof DayKind>;

/** `schedules/public-holidays.json`, after the yearly notice of the State Council. */
export const PublicHolidays = closed({
  years: Type.Array(
    closed({
      year: Type.Integer({ minimum: 2000, maximum: 2200 }),
      source: Title,
      daysOff: Type.Array(closed({ name: Title, from: LocalDate, until: LocalDate })),
      makeUpWorkdays: Type.Array(LocalDate, { uniqueItems: true }),
    }),
  ),
});
export type PublicHolidays = Static<typeof PublicHolidays>;

export interface HolidayCalendar {
  /** `null` in a year whose holidays are not known: it may be anything. */
  kindOf(day: Day): DayKind | null;
  /** The holiday's name. */
  nameOf(day: Day): string | null;
  /** In order. */
  years: readonly number[];
}

export function createHolidayCalendar({ years }: PublicHolidays): HolidayCalendar {
  const known = new Set(years.map(({ year }) => year));
  const holidays = new Map<Day, string>();
  const makeUps = new Set<Day>();
  for (const { daysOff, makeUpWorkdays } of years) {
    for (const { name, from, until } of daysOff)
      for (let day = parseDay(from) ?? 0; day <= (parseDay(until) ?? -1); day += 1) holidays.set(day, name);
    for (const date of makeUpWorkdays) makeUps.add(parseDay(date) ?? 0);
  }
  return {
    kindOf(day) {
      if (holidays.has(day)) return "holiday";
      if (makeUps.has(day)) return "workday";
      if (!known.has(civilOf(day).year)) return null;
      return weekdayOf(day) >= 6 ? "weekend" : "workday";
    },
    nameOf: (day) => holidays.get(day) ?? null,
    years: [...known].toSorted((one, other) => one - other),
  };
}
