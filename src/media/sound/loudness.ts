import type { LoudnessProfile } from "../profiles.ts";

export interface Measurement {
  /** Integrated loudness, EBU R 128 (ITU-R BS.1770-4), in LUFS; −70 is ffmpeg's "nothing". */
  lufs: number;
  /** In dBTP; `null` when it was not asked for, −Infinity for digital silence. */
  truePeakDbtp: number | null;
  /** In dBFS; `null` when it was not asked for. */
  samplePeakDbfs: number | null;
}

/** The filter that measures under a name, for {@link readMeasurement}. A single channel counts as two equal ones. */
export function measureFilter(name: string, peak: "none" | "sample" | "true" = "none"): string {
  // At `verbose` the ten lines a second stay out of the log and only the summary remains.
  return `ebur128@${name}=dualmono=true:framelog=verbose:peak=${peak}`;
}

const isSummary = (line: string, name: string): boolean =>
  line.includes(`[ebur128@${name} `) && line.includes("Summary:");

/** What ffmpeg says of the loudness when there is none. */
const NOTHING_LUFS = -70;

/**
 * The summary that `ebur128@name` printed. Only the last one counts: ffmpeg sets a filter up twice when the sound's
 * parameters change at the start, and the first prints an empty summary.
 * @throws {Error} when there is none
 */
export function readMeasurement(lines: string[], name: string): Measurement {
  const at = lines.findLastIndex((line) => isSummary(line, name));
  if (at < 0) throw new Error(`ffmpeg printed no measurement called ${name}.`);
  return readSummary(lines, at, name);
}

/** How many times `ebur128@name` was set up and heard something. */
export const countMeasurements = (lines: string[], name: string): number =>
  lines.filter((line, at) => isSummary(line, name) && readSummary(lines, at, name).lufs > NOTHING_LUFS)
    .length;

function readSummary(lines: string[], at: number, name: string): Measurement {
  const measured: Measurement = { lufs: Number.NaN, truePeakDbtp: null, samplePeakDbfs: null };
  let peak: "truePeakDbtp" | "samplePeakDbfs" = "truePeakDbtp";
  for (const line of lines.slice(at + 1)) {
    if (line.startsWith("[")) break;
    if (/^\s*Sample peak:/.test(line)) peak = "samplePeakDbfs";
    const lufs = valueOf(line, /^\s*I:\s*(\S+) LUFS/);
    if (lufs !== null) measured.lufs = lufs;
    measured[peak] ??= valueOf(line, /^\s*Peak:\s*(\S+) dBFS/);
  }
  if (Number.isNaN(measured.lufs)) throw new Error(`ffmpeg's measurement called ${name} has no loudness.`);
  return measured;
}

function valueOf(line: string, pattern: RegExp): number | null {
  const text = pattern.exec(line)?.[1];
  if (text === undefined) return null;
  return text === "-inf" ? Number.NEGATIVE_INFINITY : Number(text);
}

/** How loud the sound came out at one setting of the gain. */
export interface GainTrial {
  gainDb: number;
  lufs: number;
}

const MAX_STEP_DB = 12;
/** Below this the limiter takes nearly all that is added; a larger step would only distort. */
const MIN_SLOPE = 0.25;
/** How steep speech still is where a limiter has begun to work, as measured; the first two trials cannot tell. */
const FIRST_LIMITED_SLOPE = 0.6;
/** Tenths are printed, so a slope near one is one. */
const UNLIMITED_SLOPE = 0.98;

/**
 * The gain to try next, in dB. The first trial is the sound as it was, without the limiter, from where loudness
 * follows the gain one to one; once limited it follows less, by the slope of the last two trials (secant method).
 *
 * @param freeDb up to this gain nothing is limited, so that no step below it is too large
 */
export function nextGainDb(
  trials: readonly [GainTrial, ...GainTrial[]],
  targetLufs: number,
  freeDb: number,
): number {
  const last = trials.at(-1) ?? trials[0];
  const wantedDb = last.gainDb + (targetLufs - last.lufs) / slopeOf(trials);
  const lowestDb = Math.min(last.gainDb, freeDb) - MAX_STEP_DB;
  const highestDb = Math.max(last.gainDb, freeDb) + MAX_STEP_DB;
  return Math.min(highestDb, Math.max(lowestDb, wantedDb));
}

function slopeOf(trials: readonly GainTrial[]): number {
  const [before, last] = trials.slice(-2);
  if (!before || !last || before.gainDb === last.gainDb) return 1;
  const slope = (last.lufs - before.lufs) / (last.gainDb - before.gainDb);
  // Loudness bends: where it has fallen behind at all, it falls behind faster from there on.
  const bent = trials.length === 2 && slope < UNLIMITED_SLOPE ? Math.min(slope, FIRST_LIMITED_SLOPE) : slope;
  return Math.min(1, Math.max(MIN_SLOPE, bent));
}

export const closestTrial = (trials: readonly [GainTrial, ...GainTrial[]], targetLufs: number): GainTrial =>
  trials.reduce((best, trial) =>
    Math.abs(trial.lufs - targetLufs) < Math.abs(best.lufs - targetLufs) ? trial : best,
  );

/** ffmpeg prints tenths: the true value may be this much worse than the printed one. */
const PRINTED_STEP = 0.05;

/** How far a measured rendition is out of the profile's bounds: 0 and 0 when it is in them, for certain. */
export function outOfBounds(
  measured: Pick<Measurement, "lufs" | "truePeakDbtp">,
  bounds: LoudnessProfile,
): { lu: number; peakDb: number } {
  const offLu = measured.lufs - bounds.targetLufs;
  const overDb = (measured.truePeakDbtp ?? 0) + PRINTED_STEP - bounds.maxTruePeakDbtp;
  return {
    // Rounded, as −16.0 − −15.6 is not 0.4 in binary.
    lu: Math.abs(offLu) + PRINTED_STEP > bounds.toleranceLu + 1e-9 ? offLu : 0,
    peakDb: overDb > 1e-9 ? overDb : 0,
  };
}
