import { assert, double, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { methodOf } from "../../src/media/sound/level.ts";
import { type GainTrial, nextGainDb, outOfBounds, readMeasurement } from "../../src/media/sound/loudness.ts";

const bounds = {
  targetLufs: -16,
  toleranceLu: 0.5,
  maxTruePeakDbtp: -1.5,
  limiterCeilingDbfs: -2,
  silenceBelowLufs: -60,
};

describe("reading ebur128", () => {
  const summary = (name: string, lufs: string, peak: string) => [
    `[ebur128@${name} @ 0x55] Summary:`,
    "",
    "  Integrated loudness:",
    `    I:         ${lufs} LUFS`,
    "    Threshold: -31.8 LUFS",
    "  Loudness range:",
    "    LRA:         3.1 LU",
    "  True peak:",
    `    Peak:       ${peak} dBFS`,
  ];

  test("takes the summary of that name, and the last one of two", () => {
    const lines = [
      ...summary("mix", "-70.0", "-inf"),
      ...summary("both", "-20.0", "-3.0"),
      ...summary("mix", "-21.6", "-4.2"),
    ];
    expect(readMeasurement(lines, "mix")).toEqual({ lufs: -21.6, truePeakDbtp: -4.2, samplePeakDbfs: null });
    expect(readMeasurement(lines, "both")).toEqual({ lufs: -20, truePeakDbtp: -3, samplePeakDbfs: null });
  });

  test("digital silence has a peak of −∞, and a missing summary is an error", () => {
    expect(readMeasurement(summary("mix", "-70.0", "-inf"), "mix").truePeakDbtp).toBe(
      Number.NEGATIVE_INFINITY,
    );
    expect(() => readMeasurement([], "mix")).toThrow(/mix/);
  });
});

describe("planning the gain", () => {
  /** Trials until within 0.2 LU, for sound that comes out as `loudnessAt` says, and is limited above `freeDb`. */
  function rounds(loudnessAt: (gainDb: number) => number, freeDb: number): number {
    const trials: [GainTrial, ...GainTrial[]] = [{ gainDb: 0, lufs: loudnessAt(0) }];
    while (Math.abs((trials.at(-1) ?? trials[0]).lufs + 16) > 0.2) {
      const gainDb = nextGainDb(trials, -16, freeDb);
      trials.push({ gainDb, lufs: loudnessAt(gainDb) });
      if (trials.length > 20) break;
    }
    return trials.length - 1;
  }

  test("one step is enough where nothing is limited, however quiet it is", () => {
    assert(
      property(double({ min: -60, max: -5, noNaN: true }), (lufs) => {
        expect(rounds((gainDb) => lufs + gainDb, 100)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("a limiter that takes more the louder it gets costs a few", () => {
    assert(
      property(
        double({ min: -60, max: -5, noNaN: true }),
        double({ min: 0.3, max: 1, noNaN: true }),
        double({ min: -30, max: -16.5, noNaN: true }),
        (lufs, slope, knee) => {
          const loudnessAt = (gainDb: number) => {
            const plain = lufs + gainDb;
            return plain < knee ? plain : knee + (plain - knee) * slope;
          };
          expect(rounds(loudnessAt, knee - lufs)).toBeLessThanOrEqual(8);
        },
      ),
    );
  });

  test("a step into the limiter is never so large that it only distorts", () => {
    expect(nextGainDb([{ gainDb: 0, lufs: -70 }], -16, 0)).toBe(12);
    expect(nextGainDb([{ gainDb: 0, lufs: -70 }], -16, 30)).toBe(42);
    const stuck: [GainTrial, GainTrial] = [
      { gainDb: 0, lufs: -20 },
      { gainDb: 12, lufs: -20 },
    ];
    expect(nextGainDb(stuck, -16, 0)).toBe(24);
  });
});

describe("the bounds on the rendition", () => {
  test("hold for certain although ffmpeg prints tenths", () => {
    expect(outOfBounds({ lufs: -16.4, truePeakDbtp: -1.6 }, bounds)).toEqual({ lu: 0, peakDb: 0 });
    expect(outOfBounds({ lufs: -15.6, truePeakDbtp: -9 }, bounds)).toEqual({ lu: 0, peakDb: 0 });
    // −16.5 may be −16.54, −1.5 may be −1.46.
    expect(outOfBounds({ lufs: -16.5, truePeakDbtp: -1.5 }, bounds)).toEqual({
      lu: expect.closeTo(-0.5),
      peakDb: expect.closeTo(0.05),
    });
  });
});

test("what was evened out says so, what the limiter touched too, and the rest is gain alone", () => {
  const work = { path: "", format: { rateHz: 44_100, channels: 1 }, durationMs: 1_000 } as const;
  const level = { gainDb: 6, ceilingDbfs: -2.5, compressed: false };
  expect(methodOf({ ...work, lufs: -22, samplePeakDbfs: -12 }, level)).toBe("gain");
  expect(methodOf({ ...work, lufs: -22, samplePeakDbfs: -6 }, level)).toBe("limiter");
  for (const samplePeakDbfs of [-12, -6])
    expect(methodOf({ ...work, lufs: -22, samplePeakDbfs }, { ...level, compressed: true })).toBe(
      "compression",
    );
});
