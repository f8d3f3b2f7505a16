import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import { phaseFilters, readOpposite } from "../ear/phase.ts";
import { printFilter } from "../ear/readings.ts";
import { toleratedLossMs } from "../media-probe.ts";
import { TRUNCATED_HINT } from "../refusal.ts";
import { type Measurement, measureFilter, readMeasurement } from "./loudness.ts";
import { evenOut, headFilters, isUneven } from "./timeline.ts";
import {
  type ClipSource,
  durationOfRaw,
  nameOf,
  rawBytesOf,
  rawOptions,
  type SoundContext,
  type Work,
  type WorkFormat,
} from "./work.ts";

/** One line of a filter graph, and the labels of what leaves it. */
interface Branch {
  chain: string[];
  label: string;
  /** `null` is measured only. */
  path: string | null;
  format: WorkFormat;
}

/**
 * Decodes one clip once into every format, measured on the way. In mono the channels are mixed; when they cancel each
 * other out anywhere, being of opposite phase, the louder one is taken instead.
 * @throws {AppError} `invalid` when much less came out than the file promises
 */
export async function decodeClip(
  context: SoundContext,
  source: ClipSource,
  index: number,
  formats: readonly WorkFormat[],
  onProgress: (fraction: number) => void,
): Promise<Work[]> {
  const pathOf = (format: WorkFormat) => join(context.scratch, `clip-${index}-${nameOf(format)}.f32`);
  const phasePath = (format: WorkFormat) => `${pathOf(format)}.phase`;
  const decode = (from: ClipSource) => {
    const branches = formats.flatMap((format) =>
      branchesOf(from, format, { sound: pathOf(format), phase: phasePath(format) }),
    );
    return run(context, from, branches, onProgress);
  };
  let clip = source;
  let lines = await decode(clip);
  if (formats.some((format) => isUneven(lines, `mix${nameOf(format)}`))) {
    const { durationMs } = clip;
    clip = { ...clip, ...(await evenOut({ ...context, durationMs, name: `clip-${index}` }, clip)) };
    lines = await decode(clip);
  }
  const works = await Promise.all(
    formats.map((format) => readWork(pathOf(format), format, readMeasurement(lines, `mix${nameOf(format)}`))),
  );
  for (const [at, format] of formats.entries()) {
    if (!mixesDown(clip, format)) continue;
    if ((await readOpposite(phasePath(format), format.rateHz)).length > 0) {
      works[at] = await louderChannel(context, clip, format, pathOf(format));
    }
  }
  refuseLoss(clip, works[0]?.durationMs ?? 0);
  return works;
}

const mixesDown = ({ probe }: ClipSource, { channels }: WorkFormat): boolean =>
  channels === 1 && probe.audio.channels > 1;

function branchesOf(
  clip: ClipSource,
  format: WorkFormat,
  { sound: path, phase }: { sound: string; phase: string },
): Branch[] {
  const name = nameOf(format);
  const { rateHz, channels } = format;
  const layout = `aformat=sample_fmts=fltp:sample_rates=${rateHz}:channel_layouts`;
  const align = [...headFilters(clip.probe), ...trimFilters(clip)];
  const mix = measureFilter(`mix${name}`, "sample");
  if (!mixesDown(clip, format)) {
    const shape = channels === 1 ? [`${layout}=mono`] : [`${layout}=stereo`];
    return [{ chain: [...align, ...shape, mix], label: `mix${name}`, path, format }];
  }
  const stereo = [...align, `${layout}=stereo`];
  return [
    { chain: [...stereo, "pan=mono|c0=0.5*c0+0.5*c1", mix], label: `mix${name}`, path, format },
    {
      chain: [...stereo, ...phaseFilters(rateHz, printFilter(phase))],
      label: `phase${name}`,
      path: null,
      format,
    },
  ];
}

/** Cut at the sample: seeking in a file without an index would land somewhere near. */
function trimFilters({ trim }: ClipSource): string[] {
  if (trim === null) return [];
  const seconds = (ms: number) => (ms / 1_000).toFixed(3);
  return [`atrim=start=${seconds(trim.fromMs)}:end=${seconds(trim.toMs)}`, "asetpts=PTS-STARTPTS"];
}

/** For channels in opposite phase: one of them alone is what a listener in front of one loudspeaker hears. */
async function louderChannel(
  context: SoundContext,
  clip: ClipSource,
  format: WorkFormat,
  path: string,
): Promise<Work> {
  const layout = `aformat=sample_fmts=fltp:sample_rates=${format.rateHz}:channel_layouts`;
  const sides = ["c0", "c1"].map(
    (channel): Branch => ({
      chain: [
        ...headFilters(clip.probe),
        ...trimFilters(clip),
        `${layout}=stereo`,
        `pan=mono|c0=${channel}`,
        measureFilter(channel, "sample"),
      ],
      label: channel,
      path: `${path}.${channel}`,
      format,
    }),
  );
  const lines = await run(context, clip, sides, () => {});
  const [left, right] = [readMeasurement(lines, "c0"), readMeasurement(lines, "c1")];
  return left.lufs >= right.lufs
    ? readWork(`${path}.c0`, format, left)
    : readWork(`${path}.c1`, format, right);
}

function run(
  { ffmpeg, timeLimitMs, signal }: SoundContext,
  clip: ClipSource,
  branches: readonly Branch[],
  onProgress: (fraction: number) => void,
): Promise<string[]> {
  const source = `[0:${clip.probe.audio.index}]`;
  const inlets = branches.map((_, at) => `[in${at}]`);
  const split = `${source}asplit=${branches.length}${inlets.join("")}`;
  const chains = branches.map(({ chain, label }, at) => `${inlets[at]}${chain.join(",")}[${label}]`);
  return ffmpeg.run({
    inputs: [{ path: clip.path, options: clip.options }],
    complexFilter: [split, ...chains].join(";"),
    outputs: branches.map(({ path, label, format }) => ({
      path,
      options:
        path === null
          ? { map: `[${label}]` }
          : { map: `[${label}]`, ...rawOptions(format), fs: rawBytesOf(format, clip.maxMs) },
    })),
    durationMs: clip.durationMs,
    timeLimitMs,
    signal,
    onProgress,
  });
}

async function readWork(path: string, format: WorkFormat, measured: Measurement): Promise<Work> {
  const { size } = await stat(path);
  return {
    path,
    format,
    durationMs: durationOfRaw(size, format),
    lufs: measured.lufs,
    samplePeakDbfs: measured.samplePeakDbfs ?? 0,
  };
}

function refuseLoss({ probe, trim }: ClipSource, decodedMs: number): void {
  const promisedMs = probe.promisedAudioMs;
  if (trim !== null || promisedMs === null || decodedMs >= promisedMs - toleratedLossMs(promisedMs)) return;
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  throw new AppError(
    "invalid",
    `The file is truncated or damaged: only ${seconds(decodedMs)} of ${seconds(promisedMs)} s could be decoded.`,
    { hint: TRUNCATED_HINT },
  );
}
