import { describe, expect, test } from "vitest";
import { countGrades, gradeOf, latenessOf } from "../../src/reports/proof.ts";

describe("grades of proof", () => {
  test("a record proves only what it says, and only a measuring device says sensed", () => {
    expect(gradeOf("received", null)).toBe("delivered");
    expect(gradeOf("finished", null)).toBe("finished");
    expect(gradeOf("finished", "sensed")).toBe("sensed");
    expect(gradeOf("received", "sensed")).toBe("delivered");
    expect(gradeOf("started", "sensed")).toBe("started");
    expect(gradeOf("skipped", "finished")).toBeNull();
  });

  test("counts are of at least each grade; silence is unknown", () => {
    expect(countGrades(["finished", "cached", null, "started"])).toEqual({
      delivered: 3,
      cached: 3,
      started: 2,
      finished: 1,
      sensed: 0,
      unknown: 1,
    });
  });
});

describe("lateness", () => {
  test("is nearest-rank, and nothing when nothing started", () => {
    expect(latenessOf([])).toBeNull();
    expect(latenessOf([7])).toEqual({ p50: 7, p99: 7, max: 7 });
    expect(latenessOf(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({
      p50: 50,
      p99: 99,
      max: 100,
    });
  });
});
