import { describe, expect, test } from "vitest";
import type { HeardPart } from "../../src/review/heard.ts";
import { type Hearing, heardSoFar, notPlayedThrough, withRange } from "../../src/review/hearing.ts";

const part = (durationMs: number, title = "要闻"): HeardPart => ({
  title,
  sha256: "a".repeat(64),
  mime: "audio/mpeg",
  bytes: 1000,
  durationMs,
});
const begun = (beganAt: number): Hearing => ({ beganAt, ranges: [] });
const ALL = { start: 0, end: 999 };
const whole = (beganAt: number) => withRange(begun(beganAt), ALL);

describe("what may have been heard", () => {
  test("is nothing of what was never sent, and never all of nothing", () => {
    expect(heardSoFar([{ part: part(300_000), hearing: null }], 0)).toMatchObject({
      heardMs: 0,
      durationMs: 300_000,
      isWhole: false,
    });
    expect(heardSoFar([], 0).isWhole).toBe(false);
  });

  test("takes every byte, in whatever order they came", () => {
    const rest = withRange(withRange(begun(0), { start: 500, end: 999 }), { start: 400, end: 600 });
    const heard = (hearing: Hearing) => heardSoFar([{ part: part(300_000), hearing }], 300_000);
    expect(heard(rest)).toMatchObject({ heardMs: 180_000, isWhole: false });
    expect(heard(withRange(rest, { start: 0, end: 398 })).isWhole).toBe(false);
    expect(heard(withRange(rest, { start: 0, end: 399 })).isWhole).toBe(true);
  });

  test("takes half of its time, less the second that a player may leave out", () => {
    const at = (now: number) => heardSoFar([{ part: part(300_000), hearing: whole(0) }], now);
    expect(at(65_000)).toMatchObject({ heardMs: 130_000, isWhole: false });
    expect(at(149_499).isWhole).toBe(false);
    expect(at(149_500)).toMatchObject({ heardMs: 300_000, isWhole: true });
    // A clock that was set back.
    expect(at(-1000)).toMatchObject({ heardMs: 0, isWhole: false });
  });

  test("takes the time of one part after the other, fetched at once or not", () => {
    const parts = (second: number) => [
      { part: part(101_000), hearing: whole(0) },
      { part: part(61_000), hearing: whole(second) },
    ];
    expect(heardSoFar(parts(0), 50_000)).toMatchObject({ heardMs: 100_000, isWhole: false });
    expect(heardSoFar(parts(0), 80_000).isWhole).toBe(true);
    expect(heardSoFar(parts(900_000), 900_000).isWhole).toBe(false);
    expect(heardSoFar(parts(900_000), 930_000).isWhole).toBe(true);
  });
});

test("the refusal says how much, of all and of what is missing", () => {
  const heard = heardSoFar(
    [
      { part: part(60_000, "片头"), hearing: whole(0) },
      { part: part(3_900_000), hearing: whole(100_000) },
    ],
    165_000,
  );
  expect(notPlayedThrough(heard)).toMatchObject({
    code: "invalid",
    kind: "not-played-through",
    details: [
      { at: "/parts", message: "heard 03:10 of 66:00" },
      { at: "/parts/1", message: "要闻: heard 02:10 of 65:00" },
    ],
    members: { heardMs: 190_000, durationMs: 3_960_000 },
  });
});
