import fc from "fast-check";
import { expect, test } from "vitest";
import { civilOf, dayOf, formatDay, parseDay } from "../../src/schedules/day.ts";

const FIRST = dayOf(100, 1, 1);
const LAST = dayOf(9999, 12, 31);

test("a day is the date that the platform's calendar has, and back", () => {
  const check = (day: number) => {
    const date = new Date(day * 86_400_000);
    expect(civilOf(day)).toEqual({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      dayOfMonth: date.getUTCDate(),
    });
    expect(formatDay(day)).toBe(date.toISOString().slice(0, 10));
    expect(parseDay(formatDay(day))).toBe(day);
  };
  // Every day of a turn of the leap years, and any other.
  for (let day = dayOf(1996, 1, 1); day < dayOf(2105, 1, 1); day += 1) check(day);
  fc.assert(fc.property(fc.integer({ min: FIRST, max: LAST }), check), { numRuns: 5_000 });
});

test.each(["2027-02-29", "2100-02-29", "2026-00-10", "2026-13-01", "2026-04-31", "26-04-30"])(
  "there is no %s",
  (date) => {
    expect(parseDay(date)).toBeNull();
  },
);
