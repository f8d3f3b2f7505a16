import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { expandRule as expand, type RuleWindow } from "../../src/schedules/rule.ts";
import { calendars } from "../support/calendars.ts";

const at = (iso: string): number => Date.parse(iso);
const expandRule = (window: RuleWindow, from: number, until: number) =>
  expand(window, from, until, calendars);
const shanghai = (rule: RuleWindow["rule"], bounds: Partial<RuleWindow> = {}): RuleWindow => ({
  rule,
  zone: "Asia/Shanghai",
  ...bounds,
});
const labels = (window: RuleWindow, from: string, until: string) =>
  expandRule(window, at(from), at(until)).map(({ date, time }) => `${date} ${time}`);

describe("expanding a rule", () => {
  test("days 1 and 15 at two times give four occurrences a month, in order", () => {
    const rule = shanghai({ daysOfMonth: [15, 1], times: ["18:30", "07:00"] });
    expect(labels(rule, "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00")).toEqual([
      "2026-12-01 07:00",
      "2026-12-01 18:30",
      "2026-12-15 07:00",
      "2026-12-15 18:30",
    ]);
  });

  test("07:00 in Shanghai is 23:00 UTC of the day before", () => {
    const [first] = expandRule(
      shanghai({ daysOfMonth: [1], times: ["07:00"] }),
      at("2026-11-30T12:00:00Z"),
      at("2026-12-02T00:00:00Z"),
    );
    expect(first).toMatchObject({ date: "2026-12-01", time: "07:00", startAt: at("2026-11-30T23:00:00Z") });
  });

  test("the start of the range is inside, its end is not", () => {
    const rule = shanghai({ daysOfMonth: [1], times: ["07:00"] });
    expect(labels(rule, "2026-12-01T07:00:00+08:00", "2026-12-01T07:00:00.001+08:00")).toHaveLength(1);
    expect(labels(rule, "2026-12-01T06:00:00+08:00", "2026-12-01T07:00:00+08:00")).toHaveLength(0);
  });

  test("a month without the day is passed over", () => {
    const rule = shanghai({ daysOfMonth: [1, 31], times: ["07:00"] });
    const dates = expandRule(rule, at("2027-01-01T00:00:00+08:00"), at("2027-05-01T00:00:00+08:00"));
    expect(dates.map(({ date }) => date)).toEqual([
      "2027-01-01",
      "2027-01-31",
      "2027-02-01",
      "2027-03-01",
      "2027-03-31",
      "2027-04-01",
    ]);
  });

  test("dates join days of the month without doubling them, and bounds hold for both", () => {
    const rule = shanghai(
      { daysOfMonth: [1], dates: ["2026-12-01", "2026-12-20", "2027-03-03"], times: ["07:00"] },
      { validFrom: "2026-12-01", validUntil: "2026-12-31" },
    );
    expect(labels(rule, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z")).toEqual([
      "2026-12-01 07:00",
      "2026-12-20 07:00",
    ]);
  });

  test("a time in a DST gap fires after the gap, one in an overlap fires once, at its first instant", () => {
    const berlin = (date: string): RuleWindow => ({
      rule: { dates: [date], times: ["02:30"] },
      zone: "Europe/Berlin",
    });
    const [inGap] = expandRule(berlin("2027-03-28"), at("2027-03-27T00:00:00Z"), at("2027-03-30T00:00:00Z"));
    expect(inGap?.startAt).toBe(at("2027-03-28T01:30:00Z"));
    const inOverlap = expandRule(
      berlin("2026-10-25"),
      at("2026-10-24T00:00:00Z"),
      at("2026-10-27T00:00:00Z"),
    );
    expect(inOverlap.map(({ startAt }) => startAt)).toEqual([at("2026-10-25T00:30:00Z")]);
  });

  test("agrees with a day-by-day walk over years, in any zone", () => {
    const zone = fc.constantFrom(
      "Asia/Shanghai",
      "Europe/Berlin",
      "America/New_York",
      "UTC",
      "Australia/Lord_Howe",
    );
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 4 });
    const times = fc.uniqueArray(fc.constantFrom("00:00", "02:30", "07:00", "18:30", "23:59"), {
      minLength: 1,
    });
    fc.assert(
      fc.property(
        zone,
        days,
        times,
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 400 }),
        (zone, daysOfMonth, times, offset, length) => {
          const from = at("2024-01-01T05:00:00Z") + offset * 86_400_000;
          const until = from + length * 86_400_000;
          const walked: number[] = [];
          let day = Temporal.Instant.fromEpochMilliseconds(from)
            .toZonedDateTimeISO("UTC")
            .toPlainDate()
            .subtract({ days: 3 });
          for (let index = 0; index < length + 7; index += 1, day = day.add({ days: 1 })) {
            if (!daysOfMonth.includes(day.day)) continue;
            for (const time of times) {
              const instant = day.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
              if (instant >= from && instant < until) walked.push(instant);
            }
          }
          const expanded = expandRule({ rule: { daysOfMonth, times }, zone }, from, until).map(
            ({ startAt }) => startAt,
          );
          expect(expanded.toSorted((a, b) => a - b)).toEqual(walked.toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 60 },
    );
  });
});
