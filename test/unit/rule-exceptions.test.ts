import { describe, expect, test } from "vitest";
import { expandRule, type Rule, type RuleWindow } from "../../src/schedules/rule.ts";
import { calendars } from "../support/calendars.ts";

const expand = (rule: Rule, from: string, until: string, more: Partial<RuleWindow> = {}) =>
  expandRule(
    { rule, zone: "Asia/Shanghai", ...more },
    Date.parse(`${from}T00:00:00+08:00`),
    Date.parse(`${until}T00:00:00+08:00`),
    calendars,
  );
const places = (...args: Parameters<typeof expand>) =>
  expand(...args).map(
    ({ airDate, airTime, barred }) => `${airDate} ${airTime}${barred === null ? "" : ` (${barred})`}`,
  );
const twiceAMonth: Rule = { daysOfMonth: [1, 15], times: ["07:00"] };
const reason = "考试";

describe("exceptions", () => {
  test("skip, move, another content and extra dates, each under its slot's name", () => {
    const found = expand(twiceAMonth, "2026-12-01", "2027-02-01", {
      exceptions: [
        { date: "2026-12-01", skip: true, reason },
        { date: "2026-12-15", moveTo: { date: "2026-12-16", time: "08:00" }, reason },
        { date: "2027-01-01", contentId: "e7", reason },
      ],
      extraDates: [{ date: "2026-12-20", time: "09:00", contentId: "e8", reason }],
    });
    expect(
      found.map(({ date, time, airDate, airTime, barred, contentId }) => [
        date,
        time,
        airDate,
        airTime,
        barred,
        contentId,
      ]),
    ).toEqual([
      ["2026-12-01", "07:00", "2026-12-01", "07:00", "skipped: 考试", null],
      ["2026-12-15", "07:00", "2026-12-16", "08:00", null, null],
      ["2026-12-20", "09:00", "2026-12-20", "09:00", null, "e8"],
      ["2027-01-01", "07:00", "2027-01-01", "07:00", null, "e7"],
      ["2027-01-15", "07:00", "2027-01-15", "07:00", null, null],
    ]);
  });

  test("a slot that was moved into the range, or out of it", () => {
    const exceptions = [{ date: "2026-12-15", moveTo: { date: "2027-03-03" }, reason }];
    expect(places(twiceAMonth, "2027-03-02", "2027-03-15", { exceptions })).toEqual(["2027-03-03 07:00"]);
    expect(places(twiceAMonth, "2026-12-02", "2026-12-31", { exceptions })).toEqual([]);
  });

  test("an extra date on a day that new holidays give back to the rule airs once, as the extra date says", () => {
    // Sunday 20 September 2026 is worked.
    const extraDates = [{ date: "2026-09-20", time: "07:00", contentId: "e8", reason }];
    const rule: Rule = { dates: ["2026-09-20"], onlyOn: ["workday"], times: ["07:00", "18:30"] };
    expect(
      expand(rule, "2026-09-01", "2026-10-01", { extraDates }).map(({ time, contentId }) => [
        time,
        contentId,
      ]),
    ).toEqual([
      ["07:00", "e8"],
      ["18:30", null],
    ]);
  });

  test("an exception for a slot that the rule no longer yields does nothing", () => {
    const exceptions = [{ date: "2026-12-02", moveTo: { date: "2026-12-03" }, reason }];
    expect(places(twiceAMonth, "2026-12-02", "2026-12-14", { exceptions })).toEqual([]);
  });
});

describe("times by season", () => {
  test("summer 18:30, winter 17:30, and the days of change", () => {
    const rule: Rule = {
      dateRanges: [
        { from: "2026-04-30", until: "2026-05-01" },
        { from: "2026-09-30", until: "2026-10-01" },
      ],
      times: ["17:30"],
      seasons: [{ from: "05-01", until: "09-30", times: ["18:30"] }],
    };
    expect(places(rule, "2026-01-01", "2027-01-01")).toEqual([
      "2026-04-30 17:30",
      "2026-05-01 18:30",
      "2026-09-30 18:30",
      "2026-10-01 17:30",
    ]);
  });

  test("a season may pass the turn of the year", () => {
    const rule: Rule = { ...twiceAMonth, seasons: [{ from: "11-15", until: "01-14", times: ["08:00"] }] };
    expect(places(rule, "2026-11-01", "2027-02-01")).toEqual([
      "2026-11-01 07:00",
      "2026-11-15 08:00",
      "2026-12-01 08:00",
      "2026-12-15 08:00",
      "2027-01-01 08:00",
      "2027-01-15 07:00",
    ]);
  });
});

test("a season until 28 February holds the 29th of a leap year, and no day of March", () => {
  const seasons = [{ from: "11-01", until: "02-28", times: ["17:30"] }];
  const rule: Rule = { dateRanges: [{ from: "2028-02-28", until: "2028-03-01" }], times: ["18:30"], seasons };
  expect(places(rule, "2028-01-01", "2029-01-01")).toEqual([
    "2028-02-28 17:30",
    "2028-02-29 17:30",
    "2028-03-01 18:30",
  ]);
});

describe("holidays and the lunar year", () => {
  test("workdays hold the weekend days that are worked, and no holiday", () => {
    const week: Rule = { dateRanges: [{ from: "2026-09-19", until: "2026-10-11" }], times: ["07:00"] };
    const on = (...onlyOn: NonNullable<Rule["onlyOn"]>) =>
      expand({ ...week, onlyOn }, "2026-09-01", "2026-11-01").map(({ date }) => date.slice(5));
    // Sunday 20 September and Saturday 10 October are worked in 2026.
    expect(on("workday")).toEqual([
      "09-20",
      "09-21",
      "09-22",
      "09-23",
      "09-24",
      "09-28",
      "09-29",
      "09-30",
      "10-08",
      "10-09",
      "10-10",
    ]);
    expect(on("holiday")).toEqual([
      "09-25",
      "09-26",
      "09-27",
      "10-01",
      "10-02",
      "10-03",
      "10-04",
      "10-05",
      "10-06",
      "10-07",
    ]);
    expect(on("weekend")).toEqual(["09-19", "10-11"]);
  });

  test("in a year whose holidays are not published nothing airs, and it says why", () => {
    const rule: Rule = { dates: ["2026-12-31", "2027-01-04"], onlyOn: ["workday"], times: ["07:00"] };
    expect(places(rule, "2026-12-01", "2027-02-01")).toEqual([
      "2026-12-31 07:00",
      "2027-01-04 07:00 (the public holidays of 2027 are not known yet)",
    ]);
  });

  test("the eve and the first day of the lunar year, the Lantern and the Mid-Autumn Festival", () => {
    const rule: Rule = {
      lunarDays: [
        { month: 12, day: -1 },
        { month: 1, day: 1 },
        { month: 1, day: 15 },
        { month: 8, day: 15 },
      ],
      times: ["07:00"],
    };
    expect(places(rule, "2026-01-01", "2028-01-01").map((place) => place.slice(0, 10))).toEqual([
      "2026-02-16",
      "2026-02-17",
      "2026-03-03",
      "2026-09-25",
      "2027-02-05",
      "2027-02-06",
      "2027-02-20",
      "2027-09-15",
    ]);
  });

  test("the 30th of a month of 29 days is passed over; a leap month has no days of its own", () => {
    // 2025 has a sixth month twice, of 30 days from 25 June and of 29 from 25 July.
    const rule = (month: number, day: number): Rule => ({ lunarDays: [{ month, day }], times: ["07:00"] });
    expect(places(rule(6, 1), "2025-01-01", "2026-01-01")).toEqual(["2025-06-25 07:00"]);
    expect(places(rule(7, 1), "2025-01-01", "2026-01-01")).toEqual(["2025-08-23 07:00"]);
    expect(places(rule(2, 30), "2026-01-01", "2027-01-01")).toEqual([]);
  });
});
