import { describe, expect, test } from "vitest";
import type { Finding, Listening } from "../../src/media/ear/findings.ts";
import { type HeardClip, whyNotOnAir } from "../../src/media/ear/on-air.ts";

const MINUTE_MS = 60_000;

const fault = (kind: Finding["kind"], fromMs: number, toMs: number): Finding => ({
  kind,
  severity: "fault",
  fromMs,
  toMs,
  value: null,
  unit: null,
  message: `${kind} is a fault.`,
});

const clip = (more: Partial<HeardClip> = {}, listening: Partial<Listening> = {}): HeardClip => ({
  listening: {
    durationMs: 2 * MINUTE_MS,
    integratedLufs: -20,
    leadingSilenceMs: 0,
    trailingSilenceMs: 0,
    findings: [],
    ...listening,
  },
  fromMs: null,
  toMs: null,
  gapBeforeMs: 0,
  ...more,
});

describe("silence where two recordings meet", () => {
  const ends = clip({}, { trailingSilenceMs: 14_000 });
  const begins = (gapBeforeMs: number) => clip({ gapBeforeMs }, { leadingSilenceMs: 12_000 });

  test("is the end of one, the gap and the begin of the next", () => {
    expect(whyNotOnAir([ends, begins(4_000)])).toBeNull();
    expect(whyNotOnAir([ends, begins(4_100)])).toMatch(/silent for 30\.1 s between recordings 1 and 2/);
    expect(whyNotOnAir([begins(10_000), ends])).toBeNull();
  });

  test("counts only as far as it is used", () => {
    const trimmed = clip({ toMs: 108_000 }, { trailingSilenceMs: 14_000 });
    expect(whyNotOnAir([trimmed, begins(10_000)])).toBeNull();
    expect(
      whyNotOnAir([ends, clip({ fromMs: 11_000, gapBeforeMs: 10_000 }, { leadingSilenceMs: 12_000 })]),
    ).toBeNull();
  });

  test("may also be the inside of a recording that is cut there", () => {
    const findings = [fault("inner-silence", 20_000, 55_000)];
    const cut = clip({ fromMs: 0, toMs: 45_000 }, { findings });
    expect(whyNotOnAir([cut])).toBeNull();
    expect(whyNotOnAir([cut, clip({ gapBeforeMs: 6_000 })])).toMatch(/silent for 31\.0 s/);
  });
});

test("a fault counts when it lies in what is used, silence when too much of it does", () => {
  const findings = [fault("inner-silence", 20_000, 55_000)];
  expect(whyNotOnAir([clip({}, { findings })])).toBe("inner-silence is a fault.");
  expect(whyNotOnAir([clip({ fromMs: 0, toMs: 20_000 }, { findings })])).toBeNull();
  const torn = [fault("unreadable-tail", 2 * MINUTE_MS, 3 * MINUTE_MS)];
  expect(whyNotOnAir([clip({}, { findings: torn })])).toBe("unreadable-tail is a fault.");
  expect(whyNotOnAir([clip({ fromMs: 0, toMs: MINUTE_MS }, { findings: torn })])).toBeNull();
});
