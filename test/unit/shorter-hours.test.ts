import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { QuietHours } from "../../src/protocol/messages.ts";
import { quietWindowAtLocal } from "../../src/protocol/quiet-hours.ts";
import { parseDay } from "../../src/schedules/day.ts";
import { isShortened } from "../../src/schedules/shorter-hours.ts";

const TODAY = parseDay("2027-01-01") ?? 0;
const night = { from: "22:00", to: "06:00" };
const noon = { from: "12:00", to: "14:00" };
const exam = { from: "09:00", to: "11:30", dates: ["2027-06-07"] };

describe("quiet hours are shorter", () => {
  test.each<[string, QuietHours[], QuietHours[], boolean]>([
    ["when nothing is left", [night], [], true],
    ["when they end earlier", [night], [{ from: "22:00", to: "05:59" }], true],
    ["when they begin later", [night], [{ from: "22:01", to: "06:00" }], true],
    ["not when they stay", [night, noon], [noon, night], false],
    ["not when they are longer", [night], [{ from: "21:00", to: "07:00" }], false],
    [
      "not when they are parted",
      [night],
      [
        { from: "22:00", to: "01:00" },
        { from: "01:00", to: "06:00" },
      ],
      false,
    ],
    ["not when the whole day is quiet", [night], [{ from: "00:00", to: "00:00" }], false],
    ["when a weekday is left out", [noon], [{ ...noon, days: [1, 2, 3, 4, 5, 6] }], true],
    [
      "not when every weekday is named",
      [noon],
      [
        { ...noon, days: [1, 2, 3, 4, 5] },
        { ...noon, days: [6, 7] },
      ],
      false,
    ],
    ["when they hold on dates only", [noon], [{ ...noon, dates: ["2027-06-07"] }], true],
    ["when a date to come is left out", [exam], [], true],
    ["not when that has passed", [{ ...exam, dates: ["2026-06-07"] }], [], false],
    ["not when it is quiet anyway on that date", [exam], [{ from: "08:00", to: "12:00" }], false],
  ])("%s", (_what, before, after, is) => {
    expect(isShortened(before, after, TODAY)).toBe(is);
  });

  test("whenever a minute from today on was quiet and is not any more, and only then", () => {
    const time = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, "0")}:00`);
    const hours: fc.Arbitrary<QuietHours> = fc.record(
      {
        from: time,
        to: time,
        days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        dates: fc.uniqueArray(fc.constantFrom("2027-01-04", "2027-01-12"), { minLength: 1 }),
      },
      { requiredKeys: ["from", "to"] },
    );
    const list = fc.array(hours, { maxLength: 3 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const isLost = (minute: number) => {
          const moment = { day: TODAY + Math.floor(minute / 1_440), minute: minute % 1_440 };
          const isQuiet = (quietHours: QuietHours[]) =>
            quietWindowAtLocal({ quietHours }, moment) !== undefined;
          return isQuiet(before) && !isQuiet(after);
        };
        // Three weeks hold every weekday with and without the dates; the first day is also yesterday's night.
        const minutes = Array.from({ length: 20 * 24 }, (_, hour) => (hour + 24) * 60);
        expect(isShortened(before, after, TODAY)).toBe(minutes.some(isLost));
      }),
    );
  });
});
