import { array, assert, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import { clock, mergeSpans, trimOf } from "../../src/media/ear/findings.ts";
import { judgeAirTime } from "../../src/media/ear/slot.ts";

const spans = array(
  record({ fromMs: integer({ min: 0, max: 10_000 }), length: integer({ min: 1, max: 500 }) }).map(
    ({ fromMs, length }) => ({ fromMs, toMs: fromMs + length }),
  ),
);

describe("merged spans", () => {
  test("cover what they were made of, in order, with more than the gap between them", () => {
    assert(
      property(spans, integer({ min: 0, max: 300 }), (given, gapMs) => {
        const merged = mergeSpans(given, gapMs);
        for (const { fromMs, toMs } of given) {
          expect(merged.some((span) => span.fromMs <= fromMs && span.toMs >= toMs)).toBe(true);
        }
        const gaps = merged.slice(1).map(({ fromMs }, at) => fromMs - (merged[at]?.toMs ?? 0));
        expect(gaps.filter((gap) => gap <= gapMs)).toEqual([]);
        expect(mergeSpans(merged, gapMs)).toEqual(merged);
      }),
    );
  });
});

test("a length is judged against the slot only when there is one", () => {
  const judged = (durationMs: number, slotMinutes: number | null, isWhole = true) => {
    const { finding, ...rest } = judgeAirTime(durationMs, slotMinutes, isWhole);
    expect(rest).toEqual({ durationMs });
    return finding;
  };
  expect(judged(60_000, null)).toBeNull();
  expect([60_000, 30_000].map((durationMs) => judged(durationMs, 1))).toEqual([null, null]);
  expect(judged(29_000, 1, false)).toBeNull();
  expect(judged(29_000, 1)).toEqual({
    kind: "under-slot",
    severity: "warning",
    fromMs: 29_000,
    toMs: 60_000,
    value: 31,
    unit: "s",
    message: expect.stringMatching(/lasts 0:29, less than half of the slot of 1:00/),
  });
  expect(judged(75_000, 1, false)).toMatchObject({
    kind: "over-slot",
    severity: "warning",
    fromMs: 60_000,
    toMs: 75_000,
    value: 15,
    message: expect.stringMatching(/lasts 1:15, which is 0:15 more than the slot of 1:00/),
  });
});

test("a trim is offered for a second of silence at the ends, and never for nothing but silence", () => {
  const listening = { durationMs: 10_000, integratedLufs: -20, findings: [] };
  expect(trimOf({ ...listening, leadingSilenceMs: 600, trailingSilenceMs: 300 })).toBeNull();
  expect(trimOf({ ...listening, leadingSilenceMs: 200, trailingSilenceMs: 900 })).toEqual({
    fromMs: 0,
    toMs: 9_600,
  });
  expect(
    trimOf({ ...listening, integratedLufs: null, leadingSilenceMs: 10_000, trailingSilenceMs: 0 }),
  ).toBeNull();
});

test("a time is read as minutes and seconds", () => {
  expect([0, 59_400, 59_600, 754_000].map(clock)).toEqual(["0:00", "0:59", "1:00", "12:34"]);
});
