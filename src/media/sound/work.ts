import type { Ffmpeg, FfmpegJob } from "../ffmpeg.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { Probe } from "../media-probe.ts";

/** One clip of a composition, with what ffmpeg needs to read it. */
export interface ClipSource {
  path: string;
  probe: Probe;
  /** How ffmpeg is told to read it. */
  options: FfmpegOptions;
  /** What of the recording is used; `null` is all of it, so that all the sound that it promises must come out. */
  trim: { fromMs: number; toMs: number } | null;
  /** No more than this comes out of it: a gap in its clock may promise hours. */
  maxMs: number;
  /** Of the clip, as far as it is known. */
  durationMs: number;
  gapBeforeMs: number;
}

/** What every step of making sound knows. */
export interface SoundContext {
  ffmpeg: Ffmpeg;
  clips: readonly ClipSource[];
  durationMs: number;
  /** A folder for what is made on the way; removed by the caller. */
  scratch: string;
  timeLimitMs: number;
  signal: AbortSignal;
}

/** What intermediates are like: one decode makes all that a job needs. */
export interface WorkFormat {
  rateHz: number;
  channels: 1 | 2;
}

/** Decoded sound: headerless 32-bit floats, which have no size limit and no clipping. */
export interface Work {
  path: string;
  format: WorkFormat;
  durationMs: number;
  lufs: number;
  samplePeakDbfs: number;
}

const FLOAT_BYTES = 4;

/** How ffmpeg is told to read and write intermediates of this format. */
export const rawOptions = ({ rateHz, channels }: WorkFormat): FfmpegOptions => ({
  f: "f32le",
  ar: rateHz,
  ac: channels,
});

export const durationOfRaw = (bytes: number, { rateHz, channels }: WorkFormat): number =>
  (bytes / FLOAT_BYTES / channels / rateHz) * 1_000;

export const rawBytesOf = ({ rateHz, channels }: WorkFormat, durationMs: number): number =>
  Math.ceil((durationMs / 1_000) * rateHz) * channels * FLOAT_BYTES;

export const nameOf = ({ rateHz, channels }: WorkFormat): string => `${rateHz}x${channels}`;

/** Runs ffmpeg over intermediates, and what is read beside them. */
export function runOn(
  { ffmpeg, timeLimitMs, signal }: SoundContext,
  work: Work | readonly Work[],
  outputs: FfmpegJob["outputs"],
  {
    beside = [],
    ...more
  }: Pick<FfmpegJob, "complexFilter" | "onProgress"> & { beside?: FfmpegJob["inputs"] } = {},
): Promise<string[]> {
  const works = [work].flat();
  return ffmpeg.run({
    inputs: [...works.map(({ path, format }) => ({ path, options: rawOptions(format) })), ...beside],
    outputs,
    durationMs: Math.max(...works.map(({ durationMs }) => durationMs)),
    timeLimitMs,
    signal,
    ...more,
  });
}
