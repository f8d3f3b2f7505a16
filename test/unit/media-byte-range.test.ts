import { array, assert, integer, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { readRange } from "../../src/media/byte-range.ts";

describe("byte ranges (RFC 9110, section 14)", () => {
  test.each([
    ["bytes=0-0", [{ start: 0, end: 0 }]],
    ["bytes=10-19", [{ start: 10, end: 19 }]],
    ["bytes=90-", [{ start: 90, end: 99 }]],
    ["bytes=90-500", [{ start: 90, end: 99 }]],
    ["bytes=-10", [{ start: 90, end: 99 }]],
    ["bytes=-500", [{ start: 0, end: 99 }]],
    ["Bytes=1-2", [{ start: 1, end: 2 }]],
    [
      "bytes=0-1, 50-60 ,-3",
      [
        { start: 0, end: 1 },
        { start: 50, end: 60 },
        { start: 97, end: 99 },
      ],
    ],
    ["bytes=5-9,0-4", [{ start: 0, end: 9 }]],
    ["bytes=200-,7-8", [{ start: 7, end: 8 }]],
  ])("%s of 100", (field, range) => {
    expect(readRange(field, 100)).toEqual(range);
  });

  test.each(["bytes=100-", "bytes=100-200", "bytes=-0"])("%s of 100 is unsatisfiable", (field) => {
    expect(readRange(field, 100)).toBe("unsatisfiable");
  });

  test.each([
    undefined,
    "",
    "bytes=",
    "bytes=-",
    "bytes=5-4",
    "bytes=a-b",
    "items=0-1",
    "bytes=0-1,x",
    "bytes=,",
  ])("%s is answered with the whole file", (field) => {
    expect(readRange(field, 100)).toBe("whole");
  });

  test("several ranges hold exactly the bytes that any of them asks for", () => {
    const spec = tuple(integer({ min: 0, max: 60 }), integer({ min: 0, max: 60 })).map(([one, other]) => [
      Math.min(one, other),
      Math.max(one, other),
    ]);
    assert(
      property(array(spec, { minLength: 1, maxLength: 16 }), integer({ min: 1, max: 50 }), (specs, bytes) => {
        const answer = readRange(
          `bytes=${specs.map(([first, last]) => `${first}-${last}`).join(",")}`,
          bytes,
        );
        const wanted = Array.from({ length: bytes }, (_, at) => at).filter((at) =>
          specs.some(([first = 0, last = 0]) => first <= at && at <= last),
        );
        // Nothing that is asked for is there, or exactly what is asked for is given.
        const ranges = typeof answer === "string" ? [] : answer;
        const given = ranges.flatMap(({ start, end }) =>
          Array.from({ length: end - start + 1 }, (_, at) => start + at),
        );
        expect(answer === "unsatisfiable").toBe(wanted.length === 0);
        expect(given).toEqual(wanted);
      }),
    );
  });
});
