import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backupName, expired, lastDue } from "../../src/backup/backup.ts";
import { DAY_MS, HOUR_MS } from "../../src/clock.ts";
import { formatDay } from "../../src/schedules/day.ts";
import { createWallClock } from "../../src/schedules/wall-clock.ts";

const { dayAt, instantOf } = createWallClock("Asia/Shanghai");
const monthOf = (at: number) => formatDay(dayAt(at)).slice(0, 7);
const local = (text: string) => Date.parse(`${text}:00+08:00`);
const textAt = (at: number) => new Date(at + 8 * HOUR_MS).toISOString().slice(0, 16);
const keptOf = (all: number[], keep: { daily: number; weekly: number; monthly: number }) => {
  const backups = all.map((createdAt) => ({ createdAt }));
  const gone = new Set(expired(backups, keep, dayAt, monthOf).map(({ createdAt }) => createdAt));
  return all.filter((at) => !gone.has(at)).toSorted((one, other) => other - one);
};

describe("which backups are kept", () => {
  test("the newest of each of the last days, weeks that begin on Monday, and months", () => {
    // 2026-12-20 is a Sunday.
    const daily = Array.from({ length: 100 }, (_, i) => local("2026-12-20T03:30") - i * DAY_MS);
    expect(keptOf(daily, { daily: 3, weekly: 3, monthly: 3 }).map(textAt)).toEqual([
      "2026-12-20T03:30",
      "2026-12-19T03:30",
      "2026-12-18T03:30",
      "2026-12-13T03:30",
      "2026-12-06T03:30",
      "2026-11-30T03:30",
      "2026-10-31T03:30",
    ]);
  });

  test("of one day the newest, by the county's day and not by UTC's", () => {
    const [night, evening, next] = ["2026-12-01T00:30", "2026-12-01T23:30", "2026-12-02T00:30"].map(local);
    expect(keptOf([night, evening, next] as number[], { daily: 2, weekly: 0, monthly: 0 })).toEqual([
      next,
      evening,
    ]);
  });

  test("never fewer than the newest, and never more than were asked for", () => {
    const instants = fc.uniqueArray(fc.integer({ min: 0, max: 3000 * DAY_MS }), {
      minLength: 1,
      maxLength: 60,
    });
    const keep = fc.record({ daily: fc.nat(9), weekly: fc.nat(9), monthly: fc.nat(9) });
    fc.assert(
      fc.property(instants, keep, (all, keep) => {
        const kept = keptOf(all, keep);
        expect(kept[0]).toBe(Math.max(...all));
        expect(kept.length).toBeLessThanOrEqual(Math.max(1, keep.daily + keep.weekly + keep.monthly));
        // What is kept once is kept again: looking twice removes nothing more.
        expect(keptOf(kept, keep)).toEqual(kept);
      }),
    );
  });
});

test.each([
  ["2026-12-02T03:29", "2026-12-01T03:30"],
  ["2026-12-02T03:30", "2026-12-02T03:30"],
  ["2026-12-02T23:59", "2026-12-02T03:30"],
])("at %s the backup of %s is the last that was due", (now, due) => {
  const at = local(now);
  expect(textAt(lastDue(at, dayAt(at), (day) => instantOf(day, "03:30")))).toBe(due);
});

test("names are in the order of time, and the name of a file everywhere", () => {
  const names = [0, 1, 999, DAY_MS, 400 * DAY_MS].map(backupName);
  expect(names.toSorted()).toEqual(names);
  for (const name of names) expect(name).toMatch(/^[\w.-]+$/);
});
