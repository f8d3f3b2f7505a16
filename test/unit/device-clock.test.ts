import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDeviceClock, estimate, type TimeSample } from "../../devices/core/device-clock.ts";
import { openStore } from "../../devices/core/device-folder.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "ccx-clock-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const HOUR = 3_600_000;
/** A comparison with a server that is `aheadMs` ahead of the system clock, by these two ways. */
function sampleOf(aheadMs: number, thereMs: number, backMs: number): TimeSample {
  const sentAt = performance.now();
  const t2 = performance.timeOrigin + sentAt + thereMs + aheadMs;
  return { sentAt, t2, t3: t2 + 1, receivedAt: sentAt + thereMs + 1 + backMs };
}
const remember = (offsetMs: number, at: number) =>
  writeFileSync(join(folder, "clock.json"), JSON.stringify({ offsetMs, at }));

describe("the estimate", () => {
  test("is exact over an even way, and off by no more than it says over an uneven one", () => {
    const way = fc.double({ min: 0, max: 5_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 8 }), (ways) => {
        const samples = ways.map(([there, back]) => ({
          sentAt: 0,
          t2: 1e6 + there,
          t3: 1e6 + there + 1,
          receivedAt: there + 1 + back,
        }));
        const { shiftMs, uncertaintyMs } = estimate(samples) ?? { shiftMs: 0, uncertaintyMs: 0 };
        expect(Math.abs(shiftMs - 1e6)).toBeLessThanOrEqual(uncertaintyMs + 0.001);
        expect(uncertaintyMs).toBeCloseTo(Math.min(...ways.map(([there, back]) => (there + back) / 2)), 3);
      }),
    );
    expect(estimate([])).toBeNull();
  });
});

describe("the clock", () => {
  test("is not trusted before the first comparison, and follows the server after it", () => {
    const clock = createDeviceClock(openStore(folder));
    expect(clock.trusted).toBe(false);
    clock.adopt([sampleOf(HOUR, 400, 20), sampleOf(HOUR, 5, 5)]);
    expect(clock.trusted).toBe(true);
    expect(Math.abs(clock.now() - Date.now() - HOUR)).toBeLessThan(100);
    expect(Math.abs(clock.offsetMs - HOUR)).toBeLessThan(100);
  });

  test("is not trusted over a way of more than four seconds, and does not lose a good comparison to it", () => {
    const unsure = createDeviceClock(openStore(folder));
    unsure.adopt([sampleOf(0, 100, 5_000)]);
    expect(unsure.trusted).toBe(false);
    unsure.adopt([sampleOf(0, 5, 5)]);
    unsure.adopt([sampleOf(0, 100, 5_000)]);
    expect(unsure.trusted).toBe(true);
    expect(Math.abs(unsure.offsetMs)).toBeLessThan(100);
  });

  test("is trusted after a restart without a network when it was right and has not gone back", () => {
    remember(120, Date.now() - HOUR);
    const clock = createDeviceClock(openStore(folder));
    expect(clock.trusted).toBe(true);
    expect(Math.abs(clock.offsetMs - 120)).toBeLessThan(50);
  });

  test.each([
    ["was wrong when last compared", () => remember(HOUR, Date.now() - HOUR)],
    ["has gone back since", () => remember(0, Date.now() + HOUR)],
    ["left nothing that can be read", () => writeFileSync(join(folder, "clock.json"), "{")],
  ])("is not trusted after a restart when it %s", (_, prepare) => {
    prepare();
    expect(createDeviceClock(openStore(folder)).trusted).toBe(false);
  });
});
