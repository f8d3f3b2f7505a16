import { mergeSpans, type Span } from "./findings.ts";
import { decibels, powerOf, readWindows, type Window } from "./readings.ts";
import { createCeiling } from "./rounded.ts";
import { createStretches, lasting, type Stretch } from "./stretches.ts";

export interface Levels {
  durationMs: number;
  peakDbfs: number;
  clipped: Span[];
  /** Where the sound would end if it was cut off before it was coded, in dBFS; `null` when it is not so dense. */
  ceilingDbfs: number | null;
  /** Where the sound is off the zero line; `one` adds up the greatest shift of each window, full scale is 1. */
  shifted: Stretch[];
  /** Where one of two channels is quieter than the other, whose power is `one`. */
  quieter: Record<Side, Stretch[]>;
  /** Where it is as good as silent. */
  missing: Record<Side, Stretch[]>;
}

export type Side = "left" | "right";

export interface Bands {
  all: number;
  high: number;
  /** Power in the quiet moments: of everything, and of the mains' 50 and 100 Hz. */
  quiet: { all: number; mains: number } | null;
  /** From the first to the last window of which the mains are the most. */
  mains: Span | null;
}

/** Sound that is cut off stays at its peak: runs of equal samples, and many of them, near full scale. */
const CLIPPED_FLATNESS = 6;
const CLIPPED_COUNT = 10;
const CLIPPED_DBFS = -12;
const SECOND_MS = 1_000;
/** Between words and in noise the channels tell nothing of each other. */
const TELLING_POWER = powerOf(-45);
/** A hundredth of full scale: audible as a click at begin and end, and lost to the limiter. */
const DC_OFFSET = 0.01;
const IMBALANCE_DB = 6;
const MISSING_CHANNEL_DB = 40;
const LEAST_SHIFTED_MS = 3_000;
const LEAST_MISSING_MS = 5_000;
/** Two people at two microphones speak in turns; a wrong mix stays. */
const LEAST_QUIETER_MS = 20_000;

const channelsOf = ({ channels }: Window): number[] => Array.from({ length: channels }, (_, at) => at + 1);

/** Sums up windows of a second. */
export async function gatherLevels(path: string, sampleRateHz: number): Promise<Levels> {
  const clipped: Span[] = [];
  const ceiling = createCeiling();
  const shifted = createStretches();
  const sides = { left: createSide(), right: createSide() };
  let peakDbfs = Number.NEGATIVE_INFINITY;
  let durationMs = 0;
  let tellingMs = 0;
  for await (const window of readWindows(path)) {
    const lengthMs = (window.samples / sampleRateHz) * SECOND_MS;
    const span = { fromMs: durationMs, toMs: durationMs + lengthMs };
    durationMs = span.toMs;
    const channels = channelsOf(window);
    const peaks = channels.map((channel) => window.level(channel, "Peak_level"));
    peakDbfs = Math.max(peakDbfs, ...peaks);
    if (channels.some((channel) => isClipped(window, channel))) clipped.push(span);
    ceiling.take(window);
    const offsets = channels.map((channel) => Math.abs(finite(window.level(channel, "DC_offset"))));
    const offset = Math.max(0, ...offsets);
    shifted.take(span, offset > DC_OFFSET, offset * lengthMs);
    if (window.channels !== 2) continue;
    const left = powerOf(window.level(1, "RMS_level"));
    const right = powerOf(window.level(2, "RMS_level"));
    const isTelling = Math.max(left, right) > TELLING_POWER;
    if (isTelling) tellingMs += lengthMs;
    sides.left.take(span, isTelling, right, left);
    sides.right.take(span, isTelling, left, right);
  }
  const { left, right } = sides;
  const quieterOf = ({ quieter }: ReturnType<typeof createSide>) =>
    lasting(quieter.found, LEAST_QUIETER_MS, tellingMs);
  const missingOf = ({ missing }: ReturnType<typeof createSide>) =>
    lasting(missing.found, LEAST_MISSING_MS, tellingMs);
  return {
    durationMs,
    peakDbfs,
    clipped,
    ceilingDbfs: ceiling.dbfs(),
    shifted: lasting(shifted.found, LEAST_SHIFTED_MS, durationMs),
    quieter: { left: quieterOf(left), right: quieterOf(right) },
    missing: { left: missingOf(left), right: missingOf(right) },
  };
}

const isClipped = (window: Window, channel: number): boolean =>
  window.level(channel, "Flat_factor") >= CLIPPED_FLATNESS &&
  window.level(channel, "Peak_count") >= CLIPPED_COUNT &&
  window.level(channel, "Peak_level") > CLIPPED_DBFS;

/** Where one channel is missing, or only quieter, against the other. */
function createSide() {
  const quieter = createStretches();
  const missing = createStretches();
  return {
    quieter,
    missing,
    take(span: Span, isTelling: boolean, louderPower: number, power: number): void {
      const byDb = decibels(louderPower) - decibels(power);
      missing.take(span, isTelling ? byDb > MISSING_CHANNEL_DB : null, louderPower, power);
      const isQuieter = byDb > MISSING_CHANNEL_DB ? null : byDb > IMBALANCE_DB;
      quieter.take(span, isTelling ? isQuieter : null, louderPower, power);
    },
  };
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** Shorter silence is part of speaking. */
const LEAST_SILENCE_MS = 500;
/** A click, a cough or a chair does not end a silence. */
const BURST_MS = 200;

/** Where no channel is louder than this; bursts between two silences are part of them. */
export async function gatherSilences(path: string, belowDbfs: number, windowMs: number): Promise<Span[]> {
  const silent: Span[] = [];
  for await (const window of readWindows(path)) {
    const isSilent = channelsOf(window).every((channel) => window.level(channel, "RMS_level") < belowDbfs);
    if (!isSilent) continue;
    const last = silent.at(-1);
    if (last && window.atMs - last.toMs < 1) last.toMs = window.atMs + windowMs;
    else {
      if (last && last.toMs - last.fromMs < LEAST_SILENCE_MS) silent.pop();
      silent.push({ fromMs: window.atMs, toMs: window.atMs + windowMs });
    }
  }
  const lastingOnes = silent.filter(({ fromMs, toMs }) => toMs - fromMs >= LEAST_SILENCE_MS);
  return mergeSpans(lastingOnes, BURST_MS + 1);
}

/** Levels are counted in steps of a dB, so that a day of windows takes no more room than a minute. */
const FLOOR_DBFS = -120;
/** Digital silence is no quiet moment of a room. */
const ROOM_DBFS = -85;
/** The quietest tenth of what is not digital silence. */
const QUIET_SHARE = 0.1;
export const HUM_DBFS = -60;
/** The mains' share of what is heard in the quiet moments. */
export const HUM_SHARE_DB = -4;

export async function gatherBands(path: string): Promise<Bands> {
  let all = 0;
  let high = 0;
  const hum: Span = { fromMs: Number.POSITIVE_INFINITY, toMs: 0 };
  const steps = Array.from({ length: -FLOOR_DBFS + 1 }, () => ({ count: 0, all: 0, mains: 0 }));
  for await (const window of readWindows(path)) {
    const level = window.level(1, "RMS_level");
    all += powerOf(level);
    high += powerOf(window.level(2, "RMS_level"));
    const step = steps[Math.round(Math.min(0, Math.max(FLOOR_DBFS, level)) - FLOOR_DBFS)];
    if (!step || level < ROOM_DBFS) continue;
    const mains = powerOf(window.level(3, "RMS_level")) + powerOf(window.level(4, "RMS_level"));
    step.count += 1;
    step.all += powerOf(level);
    step.mains += mains;
    if (decibels(mains) > HUM_DBFS && decibels(mains) - level > HUM_SHARE_DB) {
      hum.fromMs = Math.min(hum.fromMs, window.atMs);
      hum.toMs = window.atMs;
    }
  }
  return { all, high, quiet: quietest(steps), mains: hum.toMs > hum.fromMs ? hum : null };
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
