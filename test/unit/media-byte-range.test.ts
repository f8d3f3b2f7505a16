import { assert, integer, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { readRange } from "../../src/media/byte-range.ts";

describe("byte ranges (RFC 9110, section 14)", () => {
  test.each([
    ["bytes=0-0", { start: 0, end: 0 }],
    ["bytes=10-19", { start: 10, end: 19 }],
    ["bytes=90-", { start: 90, end: 99 }],
    ["bytes=90-500", { start: 90, end: 99 }],
    ["bytes=-10", { start: 90, end: 99 }],
    ["bytes=-500", { start: 0, end: 99 }],
    ["Bytes=1-2", { start: 1, end: 2 }],
  ])("%s of 100", (field, range) => {
    expect(readRange(field, 100)).toEqual(range);
  });

  test.each(["bytes=100-", "bytes=100-200", "bytes=-0"])("%s of 100 is unsatisfiable", (field) => {
    expect(readRange(field, 100)).toBe("unsatisfiable");
  });

  test.each([undefined, "", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "items=0-1", "bytes=0-1,5-6"])(
    "%s is answered with the whole file",
    (field) => {
      expect(readRange(field, 100)).toBe("whole");
    },
  );

  test("what is answered always lies in the file", () => {
    assert(
      property(nat(), nat(), integer({ min: 1, max: 1e9 }), (first, last, bytes) => {
        const range = readRange(`bytes=${first}-${last}`, bytes);
        if (typeof range === "string") return;
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThan(bytes);
      }),
    );
  });
});
