import { getDayDetail } from "chinese-days";
import { expect, test } from "vitest";
import { dayOf, formatDay, parseDay } from "../../src/schedules/day.ts";
import { createHolidayCalendar } from "../../src/schedules/public-holidays.ts";
import { calendars } from "../support/calendars.ts";

test("the public holidays are those that another collection of the notices has", () => {
  const { holidays } = calendars;
  expect(holidays.years.length).toBeGreaterThan(0);
  for (const year of holidays.years) {
    for (let day = dayOf(year, 1, 1); day < dayOf(year + 1, 1, 1); day += 1) {
      const { work } = getDayDetail(formatDay(day));
      expect([formatDay(day), holidays.kindOf(day) === "workday"]).toEqual([formatDay(day), work]);
    }
  }
});

test("a year that is not known is nothing, but for the days that a neighbour's notice names", () => {
  const calendar = createHolidayCalendar({
    years: [
      {
        year: 2026,
        source: "通知",
        daysOff: [{ name: "元旦", from: "2026-12-31", until: "2027-01-01" }],
        makeUpWorkdays: [],
      },
    ],
  });
  expect(calendar.kindOf(dayOf(2027, 1, 1))).toBe("holiday");
  expect(calendar.nameOf(dayOf(2027, 1, 1))).toBe("元旦");
  expect(calendar.kindOf(dayOf(2027, 1, 4))).toBeNull();
  expect(calendar.kindOf(dayOf(2025, 6, 2))).toBeNull();
});

/** Months that begin within minutes of midnight; the Unicode library's approximation has them on the other day. */
const CLOSE_CALLS = new Set(
  ["2027-02-06", "2030-02-03"].flatMap((date) =>
    Array.from({ length: 31 }, (_, index) => (parseDay(date) ?? 0) - 1 + index),
  ),
);

test("the lunar years are those of the Unicode library, day by day", () => {
  const format = new Intl.DateTimeFormat("en-u-ca-chinese", {
    timeZone: "UTC",
    month: "numeric",
    day: "numeric",
  });
  let compared = 0;
  for (const { months } of calendars.lunar.years) {
    for (const [index, { first, last }] of months.entries()) {
      for (let day = first; day <= last; day += 1) {
        if (CLOSE_CALLS.has(day)) continue;
        const parts = format.formatToParts(day * 86_400_000);
        const value = (type: string) => parts.find((part) => part.type === type)?.value;
        expect([value("month"), value("day")]).toEqual([String(index + 1), String(day - first + 1)]);
        compared += 1;
      }
    }
  }
  expect(compared).toBeGreaterThan(14_000);
});

test("each lunar year begins where the one before ends", () => {
  const { years } = calendars.lunar;
  const gaps = years
    .slice(1)
    .map(({ months }, index) => (months[0]?.first ?? 0) - (years[index]?.months[11]?.last ?? 0));
  // A leap twelfth month would lie between, of 29 or 30 days.
  expect(gaps.filter((gap) => ![1, 30, 31].includes(gap))).toEqual([]);
  expect(parseDay("2026-02-17")).toBe(years.find(({ year }) => year === 2026)?.months[0]?.first);
});
