import { afterEach, describe, expect, test, vi } from "vitest";
import { startTicker } from "../../src/broadcasts/ticker.ts";
import { createClockWatch } from "../../src/warnings/clock-watch.ts";
import { createTestClock } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

describe("what happened to the clock between two beats", () => {
  test.each([
    ["nothing", 1_000, 0, []],
    ["a slew", 1_000, -5_000, []],
    ["a step back", 1_000, -600_000, [{ kind: "stepped-back", byMs: 600_000 }]],
    ["a step ahead", 1_000, 5_001, [{ kind: "stepped-forward", byMs: 5_001 }]],
    ["a busy moment", 30_000, 0, []],
    ["a sleep", 30_001, 0, [{ kind: "slept", byMs: 30_001 }]],
    [
      "a sleep during which it was set back",
      60_000,
      -60_000,
      [
        { kind: "stepped-back", byMs: 60_000 },
        { kind: "slept", byMs: 60_000 },
      ],
    ],
  ])("%s", (_what, passedMs, stepMs, events) => {
    const clock = createTestClock();
    const watch = createClockWatch(clock);
    clock.advance(passedMs);
    clock.step(stepMs);
    expect(watch()).toEqual(events);
    // It is told once.
    clock.advance(1_000);
    expect(watch()).toEqual([]);
  });
});

describe("the ticker", () => {
  afterEach(() => void vi.useRealTimers());

  test.each([-600_000, 600_000])("beats on when the wall clock is set by %s ms", async (stepMs) => {
    vi.useFakeTimers({ now: Date.UTC(2026, 11, 1) });
    let beats = 0;
    const stop = startTicker(
      { everySecond: { count: () => void (beats += 1) }, everyMinute: {}, everyHour: {} },
      createMemoryLog().log,
    );
    await vi.advanceTimersByTimeAsync(5_000);
    vi.setSystemTime(Date.now() + stepMs);
    const before = beats;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(beats - before).toBe(5);
    await stop();
  });
});
