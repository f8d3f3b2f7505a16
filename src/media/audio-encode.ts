import { join } from "node:path";
import { AppError } from "../errors.ts";
import { type Intermediate, makeIntermediate } from "./audio-intermediate.ts";
import type { FfmpegJob } from "./ffmpeg.ts";
import type { FfmpegOptions } from "./ffmpeg-options.ts";
import {
  closestTrial,
  type GainTrial,
  type Measurement,
  measureFilter,
  nextGainDb,
  outOfBounds,
  readMeasurement,
} from "./loudness.ts";
import type { TranscodeContext } from "./transcode.ts";

export interface EncodedAudio {
  path: string;
  durationMs: number;
  lufs: number;
  truePeakDbtp: number;
}

/** Linear gain, then a limiter that only touches what is above `ceilingDbfs`. */
interface Level {
  gainDb: number;
  ceilingDbfs: number;
}

const MAX_GAIN_ROUNDS = 8;
const MAX_ENCODES = 4;
/** From this near the next step is right to 0.2 LU, which the measurement of the rendition will confirm. */
const LAST_STEP_LU = 0.5;
/** Lower than the bound by this after a peak was over it, as the next encode does not overshoot at the same place. */
const PEAK_MARGIN_DB = 0.3;

/**
 * Makes the rendition's sound: one decode, gain planned on the small intermediate, one encode, and a measurement of
 * what came out, repeated with a corrected level only where that is out of bounds.
 * @throws {AppError} `invalid` when the sound cannot be brought into the profile's bounds
 */
export async function encodeAudio(
  context: TranscodeContext,
  onProgress: (fraction: number) => void,
): Promise<EncodedAudio> {
  const part = (from: number, to: number) => (fraction: number) => onProgress(from + (to - from) * fraction);
  const work = await makeIntermediate(context, part(0, 0.15));
  const { loudness, audio } = context.profile;
  const path = join(context.scratch, `audio.${context.profile.muxer}`);

  // What is aimed at before the encoder; what it adds or loses is corrected from what came out.
  let aimLufs = loudness.targetLufs - audio.codecGainDb;
  let ceilingDbfs = loudness.limiterCeilingDbfs;
  let last: Measurement | undefined;
  for (let encodes = 0; encodes < MAX_ENCODES; encodes += 1) {
    const level = await planLevel(context, work, aimLufs, ceilingDbfs);
    onProgress(0.25);
    await encode(context, work, level, path, part(0.25, 0.75));
    last = await measure(context, path, work.durationMs, part(0.75, 1));
    const { lu, peakDb } = outOfBounds(last, loudness);
    if (lu === 0 && peakDb === 0) {
      return { path, durationMs: work.durationMs, lufs: last.lufs, truePeakDbtp: last.truePeakDbtp ?? 0 };
    }
    aimLufs -= last.lufs - loudness.targetLufs;
    if (peakDb > 0) ceilingDbfs -= peakDb + PEAK_MARGIN_DB;
  }
  throw new AppError(
    "invalid",
    `The sound cannot be brought to ${loudness.targetLufs} LUFS with peaks below ${loudness.maxTruePeakDbtp} dBTP: ` +
      `${last?.lufs} LUFS and ${last?.truePeakDbtp} dBTP is as near as it came.`,
    {
      hint: "Even out the loudest moments (clicks, claps, handling noise) in an editor, then upload it again.",
    },
  );
}

/** Finds the gain at which the limited intermediate is as loud as wanted; each round costs a fraction of an encode. */
async function planLevel(
  context: TranscodeContext,
  work: Intermediate,
  aimLufs: number,
  ceilingDbfs: number,
): Promise<Level> {
  const trials: [GainTrial, ...GainTrial[]] = [{ gainDb: 0, lufs: work.lufs }];
  for (let round = 0; round < MAX_GAIN_ROUNDS; round += 1) {
    const gainDb = nextGainDb(trials, aimLufs);
    const filters = [...limit({ gainDb, ceilingDbfs }), measureFilter("round")];
    const lines = await runOnWork(context, work, { path: null, options: { af: filters.join(",") } });
    const trial = { gainDb, lufs: readMeasurement(lines, "round").lufs };
    trials.push(trial);
    if (Math.abs(trial.lufs - aimLufs) <= LAST_STEP_LU)
      return { gainDb: nextGainDb(trials, aimLufs), ceilingDbfs };
  }
  // The unlimited start is no trial of this chain.
  const [, first, ...rest] = trials;
  return { gainDb: closestTrial([first ?? trials[0], ...rest], aimLufs).gainDb, ceilingDbfs };
}

function limit({ gainDb, ceilingDbfs }: Level): string[] {
  const ceiling = 10 ** (ceilingDbfs / 20);
  return [`volume=${gainDb.toFixed(2)}dB`, `alimiter=limit=${ceiling.toFixed(5)}:level=disabled:latency=1`];
}

function encode(
  context: TranscodeContext,
  work: Intermediate,
  level: Level,
  path: string,
  onProgress: (fraction: number) => void,
): Promise<string[]> {
  const { audio, muxer } = context.profile;
  const [gain = "", limiter = ""] = limit(level);
  const filters = [gain, `aresample=${audio.limiterRateHz}`, limiter, `aresample=${audio.sampleRateHz}`];
  const options: FfmpegOptions = {
    af: filters.join(","),
    "c:a": audio.codec,
    "b:a": `${audio.bitrateKbps}k`,
    ...(audio.compressionLevel === undefined ? {} : { compression_level: audio.compressionLevel }),
    // The same recording gives the same bytes, and so the same name in the library.
    "flags:a": "+bitexact",
    fflags: "+bitexact",
    fs: context.limits.maxBytes,
    f: muxer,
  };
  return runOnWork(context, work, { path, options }, onProgress);
}

function runOnWork(
  context: TranscodeContext,
  work: Intermediate,
  output: FfmpegJob["outputs"][number],
  onProgress?: (fraction: number) => void,
): Promise<string[]> {
  return context.ffmpeg.run({
    inputs: [{ path: work.path, options: work.options }],
    outputs: [output],
    durationMs: work.durationMs,
    timeLimitMs: context.limits.audioMs,
    signal: context.signal,
    ...(onProgress ? { onProgress } : {}),
  });
}

/** Decodes what was made and measures that, true peak (four times oversampled) included. */
async function measure(
  { ffmpeg, limits, signal }: TranscodeContext,
  path: string,
  durationMs: number,
  onProgress: (fraction: number) => void,
): Promise<Measurement> {
  const lines = await ffmpeg.run({
    inputs: [{ path, options: {} }],
    outputs: [{ path: null, options: { map: "0:a:0", af: measureFilter("rendition", true) } }],
    durationMs,
    timeLimitMs: limits.audioMs,
    signal,
    onProgress,
  });
  return readMeasurement(lines, "rendition");
}
