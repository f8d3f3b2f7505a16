import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors.ts";
import type { FfmpegJob } from "./ffmpeg.ts";
import type { FfmpegOptions } from "./ffmpeg-options.ts";
import { downmixCancels, type Measurement, measureFilter, readMeasurement } from "./loudness.ts";
import { toleratedLossMs } from "./media-probe.ts";
import { TRUNCATED_HINT } from "./refusal.ts";
import type { TranscodeContext } from "./transcode.ts";

/** The decoded sound at the profile's work rate: headerless 32-bit floats, which have no size limit and no clipping. */
export interface Intermediate {
  path: string;
  /** How ffmpeg is told to read it. */
  options: FfmpegOptions;
  durationMs: number;
  lufs: number;
}

const FLOAT_BYTES = 4;
const measured = (name: string) => measureFilter(name);

/**
 * Decodes the recording once, mixes it down to the profile's channels, and measures it on the way.
 * @throws {AppError} `invalid` when nothing is audible or much less came out than the file promises
 */
export async function makeIntermediate(
  context: TranscodeContext,
  onProgress: (fraction: number) => void,
): Promise<Intermediate> {
  const { profile, probe } = context;
  const raw: FfmpegOptions = { f: "f32le", ar: profile.audio.workRateHz, ac: profile.audio.channels };
  const { path, lufs } =
    profile.audio.channels === 1
      ? await mixToMono(context, raw, onProgress)
      : await keepStereo(context, raw, onProgress);

  const { size } = await stat(path);
  const durationMs = (size / FLOAT_BYTES / profile.audio.channels / profile.audio.workRateHz) * 1_000;
  const promisedMs = probe.promisedAudioMs;
  if (promisedMs !== null && durationMs < promisedMs - toleratedLossMs(promisedMs)) {
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    throw new AppError(
      "invalid",
      `The file is truncated or damaged: only ${seconds(durationMs)} of ${seconds(promisedMs)} s could be decoded.`,
      { hint: TRUNCATED_HINT },
    );
  }
  if (lufs < profile.loudness.silenceBelowLufs) {
    throw new AppError("invalid", `There is no audible sound in the recording (${lufs} LUFS).`, {
      hint: "Listen to the file; check the microphone and the exported track, then upload it again.",
    });
  }
  return { path, options: raw, durationMs, lufs };
}

interface Mixed {
  path: string;
  lufs: number;
}

async function mixToMono(
  context: TranscodeContext,
  raw: FfmpegOptions,
  onProgress: (fraction: number) => void,
): Promise<Mixed> {
  const path = join(context.scratch, "work.f32");
  const source = `[0:${context.probe.audio.index}]`;
  if (context.probe.audio.channels === 1) {
    const chain = `${source}${format(context, "mono")},${measured("mix")}[mix]`;
    const lines = await decode(context, chain, [{ path, options: { map: "[mix]", ...raw } }], onProgress);
    return { path, lufs: readMeasurement(lines, "mix").lufs };
  }
  const chain = [
    `${source}${toStereo(context)},asplit=2[a][b]`,
    `[a]pan=mono|c0=0.5*c0-0.5*c1,${measured("difference")}[difference]`,
    `[b]pan=mono|c0=0.5*c0+0.5*c1,${measured("mix")}[mix]`,
  ].join(";");
  const lines = await decode(
    context,
    chain,
    [
      { path, options: { map: "[mix]", ...raw } },
      { path: null, options: { map: "[difference]" } },
    ],
    onProgress,
  );
  const mix = readMeasurement(lines, "mix");
  if (!downmixCancels(readMeasurement(lines, "difference").lufs, mix.lufs)) return { path, lufs: mix.lufs };
  return louderChannel(context, raw, onProgress);
}

/** For channels in opposite phase: one of them alone is what a listener in front of one loudspeaker hears. */
async function louderChannel(
  context: TranscodeContext,
  raw: FfmpegOptions,
  onProgress: (fraction: number) => void,
): Promise<Mixed> {
  const left = join(context.scratch, "left.f32");
  const right = join(context.scratch, "right.f32");
  const chain = [
    `[0:${context.probe.audio.index}]${toStereo(context)},asplit=2[a][b]`,
    `[a]pan=mono|c0=c0,${measured("left")}[left]`,
    `[b]pan=mono|c0=c1,${measured("right")}[right]`,
  ].join(";");
  const lines = await decode(
    context,
    chain,
    [
      { path: left, options: { map: "[left]", ...raw } },
      { path: right, options: { map: "[right]", ...raw } },
    ],
    onProgress,
  );
  const levels: [Measurement, Measurement] = [
    readMeasurement(lines, "left"),
    readMeasurement(lines, "right"),
  ];
  return levels[0].lufs >= levels[1].lufs
    ? { path: left, lufs: levels[0].lufs }
    : { path: right, lufs: levels[1].lufs };
}

async function keepStereo(
  context: TranscodeContext,
  raw: FfmpegOptions,
  onProgress: (fraction: number) => void,
): Promise<Mixed> {
  const path = join(context.scratch, "work.f32");
  // Where there is a picture, sound that begins later than it is padded, so that both stay together.
  const align = "aresample=async=1:first_pts=0";
  const chain = `[0:${context.probe.audio.index}]${align},${toStereo(context)},${measured("mix")}[mix]`;
  const lines = await decode(context, chain, [{ path, options: { map: "[mix]", ...raw } }], onProgress);
  return { path, lufs: readMeasurement(lines, "mix").lufs };
}

const format = ({ profile }: TranscodeContext, layout: string) =>
  `aformat=sample_fmts=fltp:sample_rates=${profile.audio.workRateHz}:channel_layouts=${layout}`;

/** Up to eight channels have a known layout and a standard downmix (ITU-R BS.775); of more, the first two are taken. */
const toStereo = (context: TranscodeContext) =>
  `${context.probe.audio.channels > 8 ? "pan=stereo|c0=c0|c1=c1," : ""}${format(context, "stereo")}`;

function decode(
  context: TranscodeContext,
  complexFilter: string,
  outputs: FfmpegJob["outputs"],
  onProgress: (fraction: number) => void,
): Promise<string[]> {
  const { ffmpeg, source, limits, signal } = context;
  return ffmpeg.run({
    inputs: [{ path: source.path, options: source.options }],
    complexFilter,
    outputs: outputs.map(({ path, options }) => ({ path, options: { ...options, t: limits.maxSeconds } })),
    durationMs: context.durationMs,
    timeLimitMs: limits.audioMs,
    signal,
    onProgress,
  });
}
