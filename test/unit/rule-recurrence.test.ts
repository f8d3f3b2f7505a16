import fc from "fast-check";
import { RRuleTemporal } from "rrule-temporal";
import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { expandRule, type Rule, type RuleException } from "../../src/schedules/rule.ts";
import { calendars } from "../support/calendars.ts";

/** Recurrence as RFC 5545 and an implementation that shares nothing with ours have it. */

const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
/** Months' ends, leap years, zones with and without DST, one that shifts by half an hour. */
const zones = fc.constantFrom("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe");
const starts = fc
  .integer({ min: 0, max: 3_000 })
  .map((days) => Temporal.PlainDate.from("2023-01-01").add({ days }));
// No time inside a DST gap: RFC 5545 and RFC 7529 differ there, and rules that have one are refused.
const times = fc.uniqueArray(fc.constantFrom("00:30", "07:00", "12:05", "18:30", "23:59"), {
  minLength: 1,
  maxLength: 3,
});

const dayOfMonth = fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant(-1));
const kinds: fc.Arbitrary<{ rule: Omit<Rule, "times">; rrule: string; from: string }> = starts.chain(
  (start) => {
    const from = start.toString();
    return fc.oneof(
      fc.uniqueArray(dayOfMonth, { minLength: 1, maxLength: 4 }).map((daysOfMonth) => ({
        rule: { daysOfMonth },
        rrule: `FREQ=MONTHLY;BYMONTHDAY=${daysOfMonth.join()}`,
        from,
      })),
      fc
        .uniqueArray(
          fc.record({
            weekday: fc.integer({ min: 1, max: 7 }),
            nth: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(-1)),
          }),
          { minLength: 1, maxLength: 3, selector: ({ weekday, nth }) => `${weekday}/${nth}` },
        )
        .map((weekdaysOfMonth) => ({
          rule: { weekdaysOfMonth },
          rrule: `FREQ=MONTHLY;BYDAY=${weekdaysOfMonth.map(({ weekday, nth }) => `${nth}${WEEKDAYS[weekday - 1]}`).join()}`,
          from,
        })),
      fc
        .record({
          weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
          everyWeeks: fc.integer({ min: 1, max: 6 }),
        })
        .map(({ weekdays, everyWeeks }) => ({
          rule: { weekly: { weekdays, everyWeeks, from } },
          rrule: `FREQ=WEEKLY;INTERVAL=${everyWeeks};WKST=MO;BYDAY=${weekdays.map((day) => WEEKDAYS[day - 1]).join()}`,
          from,
        })),
    );
  },
);

test("agrees with an independent implementation of RFC 5545 over years, in any zone", () => {
  fc.assert(
    fc.property(
      kinds,
      zones,
      times,
      fc.integer({ min: 1, max: 900 }),
      ({ rule, rrule, from }, zone, wanted, length) => {
        const first = Temporal.PlainDate.from(from);
        const last = first.add({ days: length });
        const midnight = (date: Temporal.PlainDate) => date.toZonedDateTime({ timeZone: zone });
        const expanded = expandRule(
          { rule: { ...rule, times: wanted }, zone, validFrom: from },
          midnight(first).epochMilliseconds,
          midnight(last).epochMilliseconds,
          calendars,
        ).map(({ startAt }) => startAt);
        const expected = wanted.flatMap((time) =>
          new RRuleTemporal({
            rruleString: rrule,
            dtstart: first.toZonedDateTime({ timeZone: zone, plainTime: time }),
          })
            .between(
              new Date(midnight(first).epochMilliseconds),
              new Date(midnight(last).epochMilliseconds - 1),
              true,
            )
            .map(({ epochMilliseconds }) => epochMilliseconds),
        );
        expect(expanded).toEqual(expected.toSorted((one, other) => one - other));
      },
    ),
    { numRuns: 200 },
  );
});

/** What may become of a slot, or be added to a rule, in the words of both. */
const fates = fc.array(fc.constantFrom("stays", "skip", "move"), { minLength: 40, maxLength: 40 });

test("skips, moves, extra dates and bounds are RFC 5545's EXDATE, RECURRENCE-ID, RDATE and UNTIL", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(dayOfMonth, { minLength: 1, maxLength: 3 }),
      zones,
      starts,
      fc.integer({ min: 60, max: 700 }),
      fates,
      (daysOfMonth, zone, first, length, fate) => {
        const until = first.add({ days: length });
        const at = (date: Temporal.PlainDate, time: string) =>
          date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
        const recurring = new RRuleTemporal({
          rruleString: `FREQ=MONTHLY;BYMONTHDAY=${daysOfMonth.join()}`,
          dtstart: first.toZonedDateTime({ timeZone: zone, plainTime: "07:00" }),
        })
          .between(new Date(at(first, "00:00")), new Date(at(until, "23:59")), true)
          .map((each) => each.toPlainDate());
        const reason = "考试";
        const slots = recurring.map((date, index) => ({ date, fate: fate[index % fate.length] }));
        // A move a day on to another time, and an extra date in the evening of the first day, meet nothing else.
        const exceptions = slots.flatMap(({ date, fate: each }): RuleException[] => {
          if (each === "skip") return [{ date: date.toString(), skip: true, reason }];
          const moveTo = { date: date.add({ days: 1 }).toString(), time: "09:15" };
          return each === "move" ? [{ date: date.toString(), moveTo, reason }] : [];
        });
        const expanded = expandRule(
          {
            rule: { daysOfMonth, times: ["07:00"] },
            zone,
            validFrom: first.toString(),
            validUntil: until.toString(),
            exceptions,
            extraDates: [{ date: first.toString(), time: "20:45", reason }],
          },
          at(first.subtract({ days: 400 }), "00:00"),
          at(until.add({ days: 400 }), "00:00"),
          calendars,
        );
        const expected = slots.flatMap(({ date, fate: each }) => {
          if (each === "skip") return [];
          return [each === "move" ? at(date.add({ days: 1 }), "09:15") : at(date, "07:00")];
        });
        const aired = expanded.filter(({ barred }) => barred === null).map(({ startAt }) => startAt);
        expect(aired).toEqual([...expected, at(first, "20:45")].toSorted((one, other) => one - other));
        expect(expanded.filter(({ barred }) => barred !== null).map(({ date }) => date)).toEqual(
          slots.filter(({ fate: each }) => each === "skip").map(({ date }) => date.toString()),
        );
      },
    ),
    { numRuns: 200 },
  );
});
