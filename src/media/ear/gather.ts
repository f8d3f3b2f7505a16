import type { Span } from "./findings.ts";
import { powerOf, readWindows, type Window } from "./readings.ts";

/** What one channel was like over the whole recording. */
export interface ChannelLevels {
  /** Mean of the squares, full scale is 1. */
  power: number;
  peakDbfs: number;
  /** Mean, full scale is 1. */
  dcOffset: number;
}

export interface Levels {
  durationMs: number;
  channels: ChannelLevels[];
  silences: Span[];
  clipped: Span[];
}

export interface Phase {
  sumPower: number;
  differencePower: number;
}

export interface Bands {
  all: number;
  high: number;
  /** Power in the quiet moments: of everything, and of the mains' 50 and 100 Hz. */
  quiet: { all: number; mains: number } | null;
}

/** Sound that is cut off stays at its peak: runs of equal samples, and many of them, near full scale. */
const CLIPPED_FLATNESS = 6;
const CLIPPED_COUNT = 10;
const CLIPPED_DBFS = -12;
const SECOND_MS = 1_000;

const reading = (window: Window, channel: number, name: string): number =>
  window.channels.get(channel)?.get(name) ?? Number.NEGATIVE_INFINITY;

/** Sums up windows of a second. */
export async function gatherLevels(path: string, sampleRateHz: number): Promise<Levels> {
  const channels: (ChannelLevels & { windows: number })[] = [];
  const silences: Span[] = [];
  const clipped: Span[] = [];
  let silentFromMs: number | null = null;
  let durationMs = 0;
  for await (const window of readWindows(path)) {
    durationMs += (window.samples / sampleRateHz) * SECOND_MS;
    let isClipped = false;
    for (const number of window.channels.keys()) {
      const peakDbfs = reading(window, number, "Peak_level");
      const sums = (channels[number - 1] ??= {
        power: 0,
        peakDbfs: Number.NEGATIVE_INFINITY,
        dcOffset: 0,
        windows: 0,
      });
      sums.power += powerOf(reading(window, number, "RMS_level"));
      sums.peakDbfs = Math.max(sums.peakDbfs, peakDbfs);
      sums.dcOffset += finite(reading(window, number, "DC_offset"));
      sums.windows += 1;
      isClipped ||=
        reading(window, number, "Flat_factor") >= CLIPPED_FLATNESS &&
        reading(window, number, "Peak_count") >= CLIPPED_COUNT &&
        peakDbfs > CLIPPED_DBFS;
    }
    if (isClipped) clipped.push({ fromMs: window.atMs, toMs: window.atMs + SECOND_MS });
    silentFromMs = window.silenceStartMs ?? silentFromMs;
    if (window.silenceEndMs !== null) {
      silences.push({ fromMs: Math.max(0, silentFromMs ?? 0), toMs: window.silenceEndMs });
      // A window may end one silence and begin the next.
      silentFromMs =
        window.silenceStartMs !== null && window.silenceStartMs >= window.silenceEndMs
          ? window.silenceStartMs
          : null;
    }
  }
  if (silentFromMs !== null) silences.push({ fromMs: Math.max(0, silentFromMs), toMs: durationMs });
  return {
    durationMs,
    channels: channels.map(({ windows, ...sums }) => ({
      ...sums,
      power: sums.power / windows,
      dcOffset: sums.dcOffset / windows,
    })),
    silences,
    clipped,
  };
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

export async function gatherPhase(path: string): Promise<Phase> {
  const phase = { sumPower: 0, differencePower: 0 };
  for await (const window of readWindows(path)) {
    phase.sumPower += powerOf(reading(window, 1, "RMS_level"));
    phase.differencePower += powerOf(reading(window, 2, "RMS_level"));
  }
  return phase;
}

/** Levels are counted in steps of a dB, so that a day of windows takes no more room than a minute. */
const FLOOR_DBFS = -120;
/** Digital silence is no quiet moment of a room. */
const ROOM_DBFS = -85;
/** The quietest tenth of what is not digital silence. */
const QUIET_SHARE = 0.1;

export async function gatherBands(path: string): Promise<Bands> {
  let all = 0;
  let high = 0;
  const steps = Array.from({ length: -FLOOR_DBFS + 1 }, () => ({ count: 0, all: 0, mains: 0 }));
  for await (const window of readWindows(path)) {
    const level = reading(window, 1, "RMS_level");
    all += powerOf(level);
    high += powerOf(reading(window, 2, "RMS_level"));
    const step = steps[Math.round(Math.min(0, Math.max(FLOOR_DBFS, level)) - FLOOR_DBFS)];
    if (!step || level < ROOM_DBFS) continue;
    step.count += 1;
    step.all += powerOf(level);
    step.mains += powerOf(reading(window, 3, "RMS_level")) + powerOf(reading(window, 4, "RMS_level"));
  }
  return { all, high, quiet: quietest(steps) };
}

function quietest(steps: readonly { count: number; all: number; mains: number }[]): Bands["quiet"] {
  const wanted = steps.reduce((sum, { count }) => sum + count, 0) * QUIET_SHARE;
  const sum = { count: 0, all: 0, mains: 0 };
  for (const step of steps) {
    sum.count += step.count;
    sum.all += step.all;
    sum.mains += step.mains;
    if (sum.count > 0 && sum.count >= wanted)
      return { all: sum.all / sum.count, mains: sum.mains / sum.count };
  }
  return null;
}
