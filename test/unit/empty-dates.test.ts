import { describe, expect, test } from "vitest";
import { emptyDates, type Unfilled } from "../../src/warnings/empty-dates.ts";

const ZONE = "Asia/Shanghai";
const at = (local: string) => Date.parse(`${local}+08:00`);
const silent = (local: string, more: Partial<Unfilled> = {}): Unfilled => ({
  scheduleId: "s",
  startAt: at(local),
  programme: "党建之声",
  reason: "nothing approved is left for this date",
  fallbackTitle: null,
  againTitle: null,
  consentTitle: null,
  owedTitle: null,
  ...more,
});

describe("dates with nothing approved", () => {
  test.each([
    ["2026-12-09T23:59:59", null, null],
    ["2026-12-10T00:00:00", 5, 5],
    ["2026-12-11T12:00:00", 4, 5],
    ["2026-12-12T00:00:00", 3, 3],
    ["2026-12-13T23:59:59", 2, 3],
    ["2026-12-14T00:00:00", 1, 1],
    ["2026-12-15T06:59:59", 0, 1],
    ["2026-12-15T07:00:00", null, null],
  ])("at %s: %s days left, the warning of %s", (now, daysLeft, dueAt) => {
    const found = emptyDates([silent("2026-12-15T07:00:00")], at(now), ZONE);
    expect(found[0]?.daysLeft ?? null).toBe(daysLeft);
    expect(found[0]?.dueAt ?? null).toBe(dueAt);
  });

  test("days are those of the county: an early morning belongs to its own date, not to UTC's", () => {
    const [early] = emptyDates([silent("2026-12-15T06:30:00")], at("2026-12-14T07:00:00"), ZONE);
    expect(early).toMatchObject({ airDate: "2026-12-15", daysLeft: 1 });
  });

  test("one for a date of a schedule, with its first start, in order", () => {
    const found = emptyDates(
      [
        silent("2026-12-15T18:30:00"),
        silent("2026-12-15T07:00:00"),
        silent("2026-12-14T07:00:00", { scheduleId: "other" }),
        silent("2026-12-15T09:00:00", { scheduleId: "other" }),
      ],
      at("2026-12-13T12:00:00"),
      ZONE,
    );
    expect(found.map(({ scheduleId, startAt }) => [scheduleId, startAt])).toEqual([
      ["other", at("2026-12-14T07:00:00")],
      ["s", at("2026-12-15T07:00:00")],
      ["other", at("2026-12-15T09:00:00")],
    ]);
  });

  test("a time that stays silent outweighs one that has a fallback", () => {
    const [date] = emptyDates(
      [silent("2026-12-15T07:00:00", { fallbackTitle: "旧闻", reason: null }), silent("2026-12-15T18:30:00")],
      at("2026-12-14T12:00:00"),
      ZONE,
    );
    expect(date).toMatchObject({ fallbackTitle: null, startAt: at("2026-12-15T18:30:00") });
  });
});
