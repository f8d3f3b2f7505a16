import type { FfmpegJob } from "../ffmpeg.ts";
import type { AudioProfile, LoudnessProfile } from "../profiles.ts";
import { closestTrial, type GainTrial, measureFilter, nextGainDb, readMeasurement } from "./loudness.ts";
import { runOn, type SoundContext, type Work } from "./work.ts";

/** How sound is brought to a loudness: linear gain, then a limiter that only touches what is above the ceiling. */
export interface Level {
  gainDb: number;
  ceilingDbfs: number;
  /** Evened out before the gain: the fallback for what a limiter alone cannot bring into bounds. */
  compressed: boolean;
}

export type LoudnessMethod = "gain" | "limiter" | "compression";

const MAX_GAIN_ROUNDS = 8;
/** From this near the next step is right to 0.2 LU, which the measurement of the rendition will confirm. */
const LAST_STEP_LU = 1;
/** Strong enough to flatten single claps and clicks over quiet speech; only ever used as the fallback. */
const FALLBACK_COMPRESSOR = "acompressor=threshold=0.03:ratio=8:attack=1:release=80:knee=4";

/** Finds the gain at which the limited work file is as loud as wanted; a round costs a fraction of an encode. */
export async function planLevel(
  context: SoundContext,
  work: Work,
  target: { aimLufs: number; ceilingDbfs: number; compressed: boolean },
): Promise<Level> {
  const { aimLufs, ...rest } = target;
  const linear = { gainDb: aimLufs - work.lufs, ...rest };
  if (isLinear(work, linear)) return linear;
  const freeDb = rest.compressed ? 0 : freeGainDb(work, rest.ceilingDbfs);
  const trials: [GainTrial, ...GainTrial[]] = [{ gainDb: 0, lufs: work.lufs }];
  for (let round = 0; round < MAX_GAIN_ROUNDS; round += 1) {
    const gainDb = nextGainDb(trials, aimLufs, freeDb);
    const lufs = await tryLevel(context, work, { gainDb, ...rest });
    trials.push({ gainDb, lufs });
    if (Math.abs(lufs - aimLufs) <= LAST_STEP_LU) {
      return { gainDb: nextGainDb(trials, aimLufs, freeDb), ...rest };
    }
  }
  // The unlimited start is no trial of this chain.
  const [, first, ...others] = trials;
  return { gainDb: closestTrial([first ?? trials[0], ...others], aimLufs).gainDb, ...rest };
}

async function tryLevel(context: SoundContext, work: Work, level: Level): Promise<number> {
  const filters = [...levelFilters(level), measureFilter("round")];
  const output: FfmpegJob["outputs"][number] = { path: null, options: { af: filters.join(",") } };
  return readMeasurement(await runOn(context, work, [output]), "round").lufs;
}

/** Whether nothing reaches the limiter: the gain alone decides, and loudness follows it one to one. */
const isLinear = (work: Work, { gainDb, ceilingDbfs, compressed }: Level): boolean =>
  !compressed && gainDb <= freeGainDb(work, ceilingDbfs);

/** The most that can be added before the limiter has anything to do. */
const freeGainDb = ({ samplePeakDbfs }: Work, ceilingDbfs: number): number =>
  ceilingDbfs - PEAKS_BETWEEN_SAMPLES_DB - samplePeakDbfs;

/** Speech has peaks between its samples up to this much above them, at the work rates used. */
const PEAKS_BETWEEN_SAMPLES_DB = 1;

export function methodOf(work: Work, level: Level): LoudnessMethod {
  if (level.compressed) return "compression";
  return isLinear(work, level) ? "gain" : "limiter";
}

/** The filters of a level at the rate of the work file; the encoder's pass puts a resampler before the limiter. */
export function levelFilters({ gainDb, ceilingDbfs, compressed }: Level, limiterRateHz?: number): string[] {
  const ceiling = 10 ** (ceilingDbfs / 20);
  return [
    ...(compressed ? [FALLBACK_COMPRESSOR] : []),
    `volume=${gainDb.toFixed(2)}dB`,
    ...(limiterRateHz === undefined ? [] : [`aresample=${limiterRateHz}`]),
    `alimiter=limit=${ceiling.toFixed(5)}:level=disabled:latency=1`,
  ];
}

export const aimOf = ({ targetLufs, limiterCeilingDbfs }: LoudnessProfile) => ({
  aimLufs: targetLufs,
  ceilingDbfs: limiterCeilingDbfs,
});

/** What the encoder will add is taken off in front of it. */
export const codecFilters = ({ codecGainDb, sampleRateHz }: AudioProfile): string[] => [
  ...(codecGainDb === 0 ? [] : [`volume=${(-codecGainDb).toFixed(2)}dB`]),
  `aresample=${sampleRateHz}`,
];
