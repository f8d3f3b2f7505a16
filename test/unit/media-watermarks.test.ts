import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCollectionDue } from "../../src/media/housekeeping/policy.ts";
import { judgeSpace, refuseWhenFull } from "../../src/media/housekeeping/watermarks.ts";

const GB = 1024 ** 3;
const HOUR_MS = 3_600_000;
const marks = { quotaBytes: 0, warnPercent: 15, refusePercent: 5, reserveBytes: 0 };
const disk = (freeGb: number) => ({ freeBytes: freeGb * GB, totalBytes: 100 * GB });

describe("watermarks", () => {
  test.each([
    [15, "ok"],
    [14.9, "warn"],
    [5, "warn"],
    [4.9, "full"],
    [0, "full"],
  ])("%d GB free of 100: %s", (freeGb, state) => {
    expect(judgeSpace(disk(freeGb), 0, marks).state).toBe(state);
  });

  test("an upload that would go below the mark is refused with the room there is and what to do", () => {
    expect(() => refuseWhenFull(disk(6), 0, marks, 1 * GB)).not.toThrow();
    expect(() => refuseWhenFull(disk(6), 0, marks, 2 * GB)).toThrow(
      expect.objectContaining({
        code: "no_space",
        message: expect.stringMatching(/upload of 2 GB: 6 GB of 100 GB are free, and 5 % must stay free/),
        hint: expect.stringMatching(/Collect.*administrator/),
      }),
    );
  });

  test("what other uploads have been promised is not there, and what lies in parts is used", () => {
    const pending = { arrivedBytes: 2 * GB, comingBytes: 1 * GB };
    expect(() => refuseWhenFull(disk(7), 0, marks, 1 * GB, pending)).not.toThrow();
    expect(() => refuseWhenFull(disk(6), 0, marks, 1 * GB, pending)).toThrow(/1 GB beside 1 GB on the way/);
    const quota = { ...marks, quotaBytes: 10 * GB };
    expect(() => refuseWhenFull(disk(90), 6 * GB, quota, 1 * GB, pending)).not.toThrow();
    expect(() => refuseWhenFull(disk(90), 6 * GB, quota, 1 * GB + 1, pending)).toThrow(/quota/);
  });

  test("the reserve in bytes is left free as the part is", () => {
    expect(judgeSpace(disk(6), 0, { ...marks, reserveBytes: 6 * GB }).state).toBe("warn");
    expect(judgeSpace(disk(6), 0, { ...marks, reserveBytes: 7 * GB })).toEqual({
      state: "full",
      short: "disk",
      message: expect.stringMatching(/7 GB must stay free/),
    });
  });

  test("a quota may be filled to its last byte and no further", () => {
    const quota = { ...marks, quotaBytes: 10 * GB };
    expect(() => refuseWhenFull(disk(90), 9 * GB, quota, 1 * GB)).not.toThrow();
    expect(() => refuseWhenFull(disk(90), 9 * GB, quota, 1 * GB + 1)).toThrow(/9 GB of its quota of 10 GB/);
    expect(judgeSpace(disk(90), 8 * GB, quota).state).toBe("ok");
    expect(judgeSpace(disk(90), 9 * GB, quota).state).toBe("warn");
    expect(judgeSpace(disk(90), 10 * GB, quota).state).toBe("full");
  });

  test("less room is never judged better", () => {
    const rank = { ok: 0, warn: 1, full: 2 };
    const size = fc.integer({ min: 0, max: 200 * GB });
    fc.assert(
      fc.property(size, size, size, size, size, (free, used, quotaBytes, coming, more) => {
        const space = { freeBytes: Math.min(free, 200 * GB), totalBytes: 200 * GB };
        const judged = (bytes: number) => judgeSpace(space, used, { ...marks, quotaBytes }, bytes).state;
        // From one byte on: asked about nothing, a quota filled exactly is full.
        expect(rank[judged(1 + coming + more)]).toBeGreaterThanOrEqual(rank[judged(1 + coming)]);
      }),
    );
  });
});

describe("the nightly collection", () => {
  const at = (utc: string) => Date.parse(utc);

  test("is due at night in the county's zone, once", () => {
    const night = at("2026-12-01T18:30:00Z");
    expect(isCollectionDue(night, null, "Asia/Shanghai")).toBe(true);
    expect(isCollectionDue(night, null, "Europe/London")).toBe(false);
    expect(isCollectionDue(night, night - HOUR_MS, "Asia/Shanghai")).toBe(false);
    expect(isCollectionDue(night, night - 23 * HOUR_MS, "Asia/Shanghai")).toBe(true);
  });

  test("is made up for by day where the machine is off at night", () => {
    const noon = at("2026-12-01T04:00:00Z");
    expect(isCollectionDue(noon, noon - 47 * HOUR_MS, "Asia/Shanghai")).toBe(false);
    expect(isCollectionDue(noon, noon - 49 * HOUR_MS, "Asia/Shanghai")).toBe(true);
  });
});
