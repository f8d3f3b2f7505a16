import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import type { Rule, RuleWindow } from "../../src/schedules/rule.ts";
import { checkRule } from "../../src/schedules/rule-check.ts";
import { calendars } from "../support/calendars.ts";

const FROM = Date.parse("2026-11-24T00:00:00+08:00");
const UNTIL = FROM + 400 * 86_400_000;
const shanghai = (rule: Rule, more: Partial<RuleWindow> = {}): RuleWindow => ({
  rule,
  zone: "Asia/Shanghai",
  ...more,
});
const check = (window: RuleWindow, before: RuleWindow | null = null, from = FROM) =>
  checkRule(window, from, UNTIL, calendars, before);

const problem = (window: RuleWindow): { at: string | undefined; message: string } => {
  try {
    check(window);
  } catch (error) {
    if (error instanceof AppError) return { at: error.details?.[0]?.at, message: error.message };
  }
  throw new Error("the rule was accepted");
};
const twiceAMonth: Rule = { daysOfMonth: [1, 15], times: ["07:00", "18:30"] };

describe("refusing a rule", () => {
  test("day 31 alone names the months it would skip", () => {
    expect(problem(shanghai({ daysOfMonth: [31], times: ["07:00"] }))).toEqual({
      at: "/rule/daysOfMonth",
      message: "Day 31 alone would skip February, April, June, September, November.",
    });
  });

  test("days 29 and 30 would still skip February", () => {
    expect(problem(shanghai({ daysOfMonth: [30, 29], times: ["07:00"] })).message).toContain(
      "would skip February",
    );
  });

  test("day 31 is fine inside bounds whose months all have it, beside another day, and as the last", () => {
    const december = { validFrom: "2026-12-01", validUntil: "2027-01-31" };
    const times = ["07:00"];
    expect(() => check(shanghai({ daysOfMonth: [31], times }, december))).not.toThrow();
    expect(() => check(shanghai({ daysOfMonth: [1, 31], times }))).not.toThrow();
    expect(() => check(shanghai({ daysOfMonth: [31, -1], times }))).not.toThrow();
    expect(() => check(shanghai({ daysOfMonth: [31], dates: ["2026-12-05"], times }))).not.toThrow();
  });

  test("a fifth weekday alone, but not beside another day, as the last, or where the months have it", () => {
    const fifth = { weekdaysOfMonth: [{ weekday: 2, nth: 5 }], times: ["07:00"] };
    expect(problem(shanghai(fifth))).toEqual({
      at: "/rule/weekdaysOfMonth",
      message: "A fifth weekday alone would skip the months that have only four of it.",
    });
    expect(problem(shanghai({ ...fifth, daysOfMonth: [31] })).at).toBe("/rule/weekdaysOfMonth");
    // December 2026 has five Tuesdays.
    const december = { validFrom: "2026-12-01", validUntil: "2026-12-31" };
    expect(() => check(shanghai(fifth, december))).not.toThrow();
    expect(() => check(shanghai({ ...fifth, daysOfMonth: [1] }))).not.toThrow();
    const last = [...fifth.weekdaysOfMonth, { weekday: 2, nth: -1 }];
    expect(() => check(shanghai({ ...fifth, weekdaysOfMonth: last }))).not.toThrow();
  });

  test("the 30th of a lunar month alone: the eve of the lunar year is its last day", () => {
    const on = (...lunarDays: NonNullable<Rule["lunarDays"]>): Rule => ({ lunarDays, times: ["07:00"] });
    expect(problem(shanghai(on({ month: 1, day: 1 }, { month: 12, day: 30 })))).toEqual({
      at: "/rule/lunarDays/1",
      message: "Day 30 of lunar month 12 is not in every year: on 2027-02-05 the month ends with day 29.",
    });
    expect(() => check(shanghai(on({ month: 12, day: -1 }, { month: 12, day: 30 })))).not.toThrow();
    expect(problem(shanghai(on({ month: 1, day: 1 }), { validFrom: "2061-01-01" })).message).toBe(
      "The schedule would never air: the lunar calendar is known up to 2060.",
    );
  });

  test("a rule without a day, an impossible date, a range and bounds the wrong way round", () => {
    expect(problem(shanghai({ times: ["07:00"] })).at).toBe("/rule");
    expect(problem(shanghai({ dates: ["2027-02-29"], times: ["07:00"] })).at).toBe("/rule/dates/0");
    const range = { from: "2027-01-02", until: "2027-01-01" };
    expect(problem(shanghai({ dateRanges: [range], times: ["07:00"] })).at).toBe("/rule/dateRanges/0");
    const bounds = { validFrom: "2027-01-02", validUntil: "2027-01-01" };
    expect(problem(shanghai({ daysOfMonth: [1], times: ["07:00"] }, bounds)).at).toBe("/validUntil");
  });

  test("a rule that never fires, for whatever reason", () => {
    expect(problem(shanghai({ dates: ["2026-11-01"], times: ["07:00"] })).message).toMatch(
      /never air: its dates/,
    );
    expect(problem(shanghai({ dates: ["2028-12-01"], times: ["07:00"] })).message).toMatch(/400 days ahead/);
    const skipped = { exceptions: [{ date: "2026-12-01", skip: true as const, reason: "停电" }] };
    expect(problem(shanghai({ dates: ["2026-12-01"], times: ["07:00"] }, skipped)).message).toMatch(
      /never air/,
    );
    const unknown: Rule = {
      dateRanges: [{ from: "2027-01-01", until: "2027-12-31" }],
      onlyOn: ["workday"],
      times: ["07:00"],
    };
    expect(problem(shanghai(unknown)).message).toBe(
      "The schedule would never air: the public holidays of 2027 are not known yet.",
    );
  });

  test("but not a change of what is in force and only waits for holidays to be published", () => {
    const workdays = shanghai({ daysOfMonth: [1, 15], onlyOn: ["workday"], times: ["07:00"] });
    const later = Date.parse("2026-12-21T00:00:00+08:00");
    const louder = { ...workdays, rule: { ...workdays.rule, times: ["08:00"] } };
    expect(check(louder, workdays, later).every(({ barred }) => barred !== null)).toBe(true);
    expect(() => check(louder, null, later)).toThrow("are not known yet");
  });

  test("a time that clocks leave out, with the date", () => {
    expect(
      problem({ rule: { daysOfMonth: [28], times: ["07:00", "02:30"] }, zone: "Europe/Berlin" }),
    ).toEqual({
      at: "/rule/times/1",
      message: "On 2027-03-28 there is no 02:30 in Europe/Berlin: clocks go forward over it.",
    });
  });

  test("seasons that overlap, over the turn of the year too, or do not exist", () => {
    const season = (from: string, until: string) => ({ from, until, times: ["17:30"] });
    const seasons = (...list: ReturnType<typeof season>[]) =>
      problem(shanghai({ daysOfMonth: [1], times: ["18:30"], seasons: list }));
    expect(seasons(season("11-01", "02-29"), season("02-29", "03-31"))).toEqual({
      at: "/rule/seasons/1",
      message: "It overlaps season 1 on 02-29.",
    });
    expect(seasons(season("02-30", "03-31")).message).toBe("There is no 02-30 in the calendar.");
  });
});

test("what is accepted yields each slot once, by its date and time", () => {
  const date = fc.integer({ min: 1, max: 4 }).map((day) => `2026-12-0${day}`);
  const time = fc.constantFrom("07:00", "18:30");
  const fate = fc.oneof(
    fc.constant({ skip: true as const }),
    fc.record({ moveTo: fc.record({ date, time }) }),
    fc.constant({ contentId: "e7" }),
  );
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.subarray([1, 2, 3], { minLength: 1 }),
      fc.array(
        fc
          .tuple(date, time, fate)
          .map(([day, at, what]) => ({ date: day, time: at, ...what, reason: "考试" })),
        { maxLength: 2 },
      ),
      fc.array(fc.record({ date, time, reason: fc.constant("中考") }), { maxLength: 2 }),
      (daysOfMonth, exceptions, extraDates) => {
        const window = shanghai({ daysOfMonth, times: ["07:00"] }, { exceptions, extraDates });
        let keys: string[];
        try {
          keys = check(window).map((each) => `${each.date} ${each.time}`);
        } catch (error) {
          if (error instanceof AppError) return;
          throw error;
        }
        accepted += 1;
        expect(new Set(keys).size).toBe(keys.length);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

describe("refusing exceptions", () => {
  const exceptions = (...list: NonNullable<RuleWindow["exceptions"]>) =>
    problem(shanghai(twiceAMonth, { exceptions: list }));
  const reason = "考试";

  test("that say nothing, or two things at once", () => {
    expect(exceptions({ date: "2026-12-01", reason }).message).toMatch(/says nothing/);
    expect(exceptions({ date: "2026-12-01", skip: true, moveTo: { time: "08:00" }, reason }).message).toBe(
      "2026-12-01 cannot be skipped and aired otherwise at once.",
    );
    expect(exceptions({ date: "2026-12-01", moveTo: {}, reason }).at).toBe("/exceptions/0/moveTo");
  });

  test("for what the rule does not yield", () => {
    expect(exceptions({ date: "2026-12-02", skip: true, reason })).toEqual({
      at: "/exceptions/0",
      message: "The rule has nothing on 2026-12-02.",
    });
    expect(exceptions({ date: "2026-12-01", time: "08:00", skip: true, reason }).message).toBe(
      "The rule has nothing on 2026-12-01 at 08:00.",
    );
  });

  test("that contradict each other, by a date and one of its times", () => {
    expect(
      exceptions(
        { date: "2026-12-01", skip: true, reason },
        { date: "2026-12-01", time: "07:00", moveTo: { time: "08:00" }, reason },
      ),
    ).toEqual({ at: "/exceptions/1", message: "/exceptions/0 speaks of 2026-12-01 07:00 already." });
  });

  test("that would put two broadcasts at one time", () => {
    expect(exceptions({ date: "2026-12-01", moveTo: { time: "08:00" }, reason }).message).toBe(
      "2026-12-01 has 2 times, and all would move to 08:00: name one.",
    );
    expect(exceptions({ date: "2026-12-01", time: "07:00", moveTo: { time: "18:30" }, reason })).toEqual({
      at: "/exceptions/0/moveTo",
      message: "This schedule airs on 2026-12-01 18:30 already.",
    });
    const extraDates = [
      { date: "2026-12-03", time: "07:00", reason },
      { date: "2026-12-03", time: "07:00", reason },
    ];
    expect(problem(shanghai(twiceAMonth, { extraDates })).at).toBe("/extraDates/1");
  });

  test("that take away a slot where an extra date is put: it would have the slot's name, also beyond what is planned", () => {
    for (const fate of [{ skip: true as const }, { moveTo: { date: "2027-11-02" } }])
      expect(
        problem(
          shanghai(twiceAMonth, {
            exceptions: [{ date: "2027-11-01", time: "07:00", ...fate, reason }],
            extraDates: [{ date: "2027-11-01", time: "07:00", reason }],
          }),
        ),
      ).toEqual({
        at: "/extraDates/0",
        message:
          "The rule has 2027-11-01 07:00 itself, and an exception takes it away: undo that one instead.",
      });
  });

  test("that put something on a slot in doubt, which an exception is to decide", () => {
    const workdays: Rule = { daysOfMonth: [1, 15], onlyOn: ["workday"], times: ["07:00"] };
    const message =
      "The rule has 2027-01-15 07:00 itself, and the public holidays of 2027 are not known yet: say by an exception what becomes of it.";
    const extraDates = [{ date: "2027-01-15", time: "07:00", reason }];
    expect(problem(shanghai(workdays, { extraDates }))).toEqual({ at: "/extraDates/0", message });
    const moved = [{ date: "2026-12-01", moveTo: { date: "2027-01-15" }, reason }];
    expect(problem(shanghai(workdays, { exceptions: moved }))).toEqual({
      at: "/exceptions/0/moveTo",
      message,
    });
    for (const decided of [{ contentId: "e7" }, { moveTo: { date: "2027-01-18" } }]) {
      const exceptions = [{ date: "2027-01-15", ...decided, reason }];
      const airs = check(shanghai(workdays, { exceptions })).filter(({ barred }) => barred === null);
      expect(airs.map(({ date }) => date)).toEqual(["2026-12-01", "2026-12-15", "2027-01-15"]);
    }
  });

  test("but not those that lie in the past, nor a place that another one leaves", () => {
    const past = { date: "2026-10-02", skip: true as const, reason };
    const swap = [
      { date: "2026-12-01", time: "07:00", moveTo: { date: "2026-12-15" }, reason },
      { date: "2026-12-15", time: "07:00", moveTo: { date: "2026-12-01" }, reason },
    ];
    expect(() => check(shanghai(twiceAMonth, { exceptions: [past, ...swap] }))).not.toThrow();
  });

  test("that would put a coming date, or an extra one, where it is over", () => {
    const moved = { date: "2026-12-01", time: "07:00", moveTo: { date: "2026-11-23" }, reason };
    expect(exceptions(moved)).toEqual({
      at: "/exceptions/0/moveTo",
      message: "2026-12-01 07:00 would move to 2026-11-23 07:00, which is past: it would never air.",
    });
    const extraDates = [{ date: "2026-11-23", time: "07:00", reason }];
    expect(problem(shanghai(twiceAMonth, { extraDates }))).toEqual({
      at: "/extraDates/0",
      message: "2026-11-23 07:00 is past: nothing would air.",
    });
  });

  test("but not what was said in time and is history by now", () => {
    const early = shanghai(twiceAMonth, {
      exceptions: [{ date: "2026-12-15", moveTo: { date: "2026-12-03" }, reason }],
      extraDates: [{ date: "2026-12-02", time: "07:00", reason }],
    });
    const later = Date.parse("2026-12-10T00:00:00+08:00");
    expect(() => check(early)).not.toThrow();
    expect(() =>
      check({ ...early, rule: { ...twiceAMonth, daysOfMonth: [1, 15, 20] } }, early, later),
    ).not.toThrow();
    expect(() => check(early, null, later)).toThrow("where their start is past");
    const more = { ...early, extraDates: [{ date: "2026-12-03", time: "07:00", reason }] };
    expect(() => check(more, early, later)).toThrow(AppError);
  });
});
