import { describe, expect, test } from "vitest";
import type { View } from "../../devices/terminal/messages.ts";
import { paceFor, placeOf, startOf } from "../../devices/terminal/pace.ts";
import { type Past, sceneOf } from "../../devices/terminal/scene.ts";
import { countdownText } from "../../devices/terminal/words.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 11, 15, 6);

describe("a picture is kept to the clock", () => {
  const parts = [{ durationMs: 1_000 }, { durationMs: 2_000 }];

  test("by the part that is due and the place in it", () => {
    expect(placeOf(parts, 0)).toEqual({ index: 0, offsetMs: 0 });
    expect(placeOf(parts, 999)).toEqual({ index: 0, offsetMs: 999 });
    expect(placeOf(parts, 1_000)).toEqual({ index: 1, offsetMs: 0 });
    expect(placeOf(parts, 3_000)).toBeNull();
    expect(startOf(parts, 1)).toBe(1_000);
  });

  test.each([
    [0, { rate: 1 }],
    [-15, { rate: 1 }],
    [20, { rate: 0.98 }],
    [-40, { rate: 1.04 }],
    [900, { rate: 0.95 }],
    [-1_501, "jump"],
  ])("%i ms ahead: %o", (aheadMs, pace) => expect(paceFor(aheadMs)).toEqual(pace));
});

describe("what is shown", () => {
  const broadcast = {
    id: "b",
    class: "daily",
    programme: "初心讲堂",
    title: "乡村振兴",
    text: null,
    checkIn: "https://county.example/check-in/#t",
    isSilent: false,
    startAt: NOW,
  } as const;
  const view = (changes: Partial<View>): View => ({
    aheadMs: 0,
    deviceId: "d",
    zone: "Asia/Shanghai",
    isOnline: true,
    clockTrusted: true,
    onAir: null,
    next: null,
    faults: [],
    ...changes,
  });
  const next = { ...broadcast, isCached: true };
  const past: Past = { checkIn: broadcast.checkIn, endedAt: NOW };
  const checkIn = { url: broadcast.checkIn, isOver: false };

  test("before a class its time, then the code, then how long it is still", () => {
    const at = (now: number) => sceneOf(view({ next }), now, null, 0);
    expect(at(NOW - 31 * MINUTE)).toEqual({ kind: "idle", checkIn: null });
    expect(at(NOW - 30 * MINUTE)).toEqual({ kind: "idle", checkIn });
    expect(at(NOW - 10 * MINUTE)).toEqual({ kind: "countdown", leftMs: 10 * MINUTE, checkIn });
    // Its time has come, and it is not there.
    expect(at(NOW + 1)).toEqual({ kind: "idle", checkIn });
  });

  test("its title for twelve seconds, the code all along, and half an hour after it the code for feedback", () => {
    const at = (now: number) => sceneOf(view({ onAir: broadcast }), now, null, NOW);
    expect(at(NOW + 11_999)).toEqual({ kind: "on-air", titled: true, checkIn });
    expect(at(NOW + 12_000)).toEqual({ kind: "on-air", titled: false, checkIn });
    const after = (now: number) => sceneOf(view({}), now, past, 0);
    expect(after(NOW + 29 * MINUTE)).toEqual({
      kind: "idle",
      checkIn: { url: broadcast.checkIn, isOver: true },
    });
    expect(after(NOW + 30 * MINUTE)).toEqual({ kind: "idle", checkIn: null });
  });

  test("an emergency over everything, and nothing at all of a silent drill", () => {
    const emergency = { ...broadcast, class: "emergency", checkIn: null } as const;
    expect(sceneOf(view({ onAir: emergency, next }), NOW - MINUTE, past, NOW)).toEqual({ kind: "emergency" });
    const drill = { ...emergency, class: "drill", isSilent: true } as const;
    expect(sceneOf(view({ onAir: drill, next }), NOW - MINUTE, null, NOW).kind).toBe("countdown");
  });

  test.each([
    [0, "0:00"],
    [500, "0:01"],
    [65_000, "1:05"],
    [3_600_000, "1:00:00"],
  ])("%i ms are left: %s", (leftMs, text) => expect(countdownText(leftMs)).toBe(text));
});
