import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy, QuietHours } from "../../src/protocol/messages.ts";
import { quietWindowAtLocal, quietWindowWithin } from "../../src/protocol/quiet-hours.ts";
import { type AreaPolicy, inherit, looserThan, originsOf } from "../../src/schedules/area-policy.ts";

const night = { from: "22:00", to: "06:00" };
const noon = { from: "12:00", to: "14:00" };
const exam = { from: "07:30", to: "18:30", dates: ["2027-06-07", "2027-06-08"] };
const weekend = { from: "06:00", to: "08:00", days: [6, 7] };
const county: Policy = { zone: "Asia/Shanghai", quietHours: [night], maxVolume: 80 };

const clockTimes = fc
  .integer({ min: 0, max: 1439 })
  .map((minute) => `${`${Math.floor(minute / 60)}`.padStart(2, "0")}:${`${minute % 60}`.padStart(2, "0")}`);
const windows = fc.record(
  { from: clockTimes, to: clockTimes, days: fc.subarray([1, 2, 3, 4, 5, 6, 7]) },
  { requiredKeys: ["from", "to"] },
) as fc.Arbitrary<QuietHours>;
const cap = fc.integer({ min: 0, max: 100 });
const owns = fc.record(
  {
    quietHours: fc.array(windows, { maxLength: 4 }),
    maxVolume: cap,
    dailyMinutesCap: cap,
    weeklyMinutesCap: cap,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<AreaPolicy>;
const moments = fc.record({
  day: fc.integer({ min: 20_000, max: 22_000 }),
  minute: fc.integer({ min: 0, max: 1439 }),
});

describe("an area inherits", () => {
  test("the county's night beside its own noon rest, and the smaller of the limits", () => {
    expect(inherit(county, { quietHours: [noon, night], maxVolume: 60, dailyMinutesCap: 40 })).toEqual({
      zone: "Asia/Shanghai",
      quietHours: [night, noon],
      maxVolume: 60,
      dailyMinutesCap: 40,
    });
    expect(inherit({ ...county, weeklyMinutesCap: 100 }, { maxVolume: 90, weeklyMinutesCap: 120 })).toEqual({
      ...county,
      weeklyMinutesCap: 100,
    });
  });

  test("and is never louder, longer or less quiet than what encloses it, whatever it says", () => {
    fc.assert(
      fc.property(owns, owns, moments, (outer, inner, moment) => {
        const parent = inherit(county, outer);
        const child = inherit(parent, inner);
        const least = (policy: Policy) => [
          policy.maxVolume,
          policy.dailyMinutesCap ?? Infinity,
          policy.weeklyMinutesCap ?? Infinity,
        ];
        const looser = least(child).filter((value, index) => value > (least(parent)[index] ?? 0));
        expect(looser).toEqual([]);
        const isQuiet = (policy: Policy) => quietWindowAtLocal(policy, moment) !== undefined;
        expect(isQuiet(parent) && !isQuiet(child)).toBe(false);
      }),
    );
  });
});

test("a looser limit is told with the region that sets the tighter one; an equal one is none", () => {
  const limits = originsOf([
    { regionCode: null, own: county },
    { regionCode: "370783000000", own: { dailyMinutesCap: 60 } },
    { regionCode: "370783112000", own: { maxVolume: 70, dailyMinutesCap: 90 } },
  ]);
  expect(looserThan(limits, { maxVolume: 75, dailyMinutesCap: 61, weeklyMinutesCap: 9_999 })).toEqual([
    { at: "/maxVolume", message: "Region 370783112000 allows at most 70 here, not 75." },
    { at: "/dailyMinutesCap", message: "Region 370783000000 allows at most 60 here, not 61." },
  ]);
  expect(looserThan(limits, { maxVolume: 70, dailyMinutesCap: 60 })).toEqual([]);
  expect(looserThan(originsOf([{ regionCode: null, own: county }]), { maxVolume: 81 })).toMatchObject([
    { message: "The policy of the whole server allows at most 80 here, not 81." },
  ]);
});

describe("quiet hours", () => {
  // 2027-06-05 is a Saturday, day 20,974.
  const day = Date.UTC(2027, 5, 5) / 86_400_000;
  test.each<[string, QuietHours, number, number, boolean]>([
    ["the night before midnight", night, 0, 22 * 60, true],
    ["the night after it", night, 0, 6 * 60 - 1, true],
    ["its end is not quiet", night, 0, 6 * 60, false],
    ["noon rest", noon, 0, 13 * 60, true],
    ["an exam day", exam, 2, 12 * 60, true],
    ["the day after the exams", exam, 4, 12 * 60, false],
    ["a Saturday morning", weekend, 0, 7 * 60, true],
    ["a Monday morning", weekend, 2, 7 * 60, false],
  ])("%s", (_what, hours, later, minute, isQuiet) => {
    const moment = { day: day + later, minute };
    expect(quietWindowAtLocal({ quietHours: [hours] }, moment) !== undefined).toBe(isQuiet);
  });

  test("begin within a stretch exactly when some minute of it is quiet and the first is not", () => {
    fc.assert(
      fc.property(
        fc.array(windows, { maxLength: 3 }),
        moments,
        fc.integer({ min: 1, max: 200 }),
        (quietHours, moment, minutes) => {
          fc.pre(quietWindowAtLocal({ quietHours }, moment) === undefined);
          const minutesOfIt = Array.from({ length: minutes }, (_, index) => moment.minute + index);
          const isQuiet = minutesOfIt.some((minute) =>
            quietWindowAtLocal(
              { quietHours },
              { day: moment.day + Math.floor(minute / 1440), minute: minute % 1440 },
            ),
          );
          expect(quietWindowWithin({ quietHours }, moment, minutes) !== undefined).toBe(isQuiet);
        },
      ),
      { numRuns: 500 },
    );
  });
});
