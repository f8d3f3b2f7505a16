import { stat } from "node:fs/promises";
import { join } from "node:path";
import pMap from "p-map";
import { AppError } from "../../errors.ts";
import { resultOf, togetherOrAlone } from "../each-alone.ts";
import type { FfmpegJob } from "../ffmpeg.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { AudioProfile, LoudnessProfile } from "../profiles.ts";
import {
  aimOf,
  codecFilters,
  type Level,
  type LoudnessMethod,
  levelFilters,
  methodOf,
  planLevel,
} from "./level.ts";
import { type Measurement, measureFilter, outOfBounds, readMeasurement } from "./loudness.ts";
import type { Tagging } from "./tags.ts";
import { runOn, type SoundContext, type Work } from "./work.ts";

/** One file to be made of a work file. */
export interface SoundOutput {
  name: string;
  muxer: string;
  audio: AudioProfile;
  loudness: LoudnessProfile;
  tagging: Tagging | null;
  work: Work;
}

export interface EncodedSound {
  path: string;
  durationMs: number;
  lufs: number;
  truePeakDbtp: number;
  loudnessBy: LoudnessMethod;
}

const MAX_ENCODES = 4;
/** A pass is one thread, so that those that have nothing to do with each other run side by side. */
const PASSES_AT_ONCE = { concurrency: 2 };
/** Lower than the bound by this after a peak was over it, as the next encode does not overshoot at the same place. */
const PEAK_MARGIN_DB = 0.3;

/**
 * Most recordings need one round of encoding and measuring. How many more there will be nobody knows, so that each takes
 * half of what the progress has left.
 */
const FIRST_ROUND_SHARE = 0.75;

/** An output on its way: what is aimed at in front of the encoder is corrected by what came out of it. */
interface Attempt {
  output: SoundOutput;
  path: string;
  aimLufs: number;
  ceilingDbfs: number;
  compressed: boolean;
  tries: number;
  last: Measurement | null;
}

interface Planned {
  attempt: Attempt;
  level: Level;
}

/**
 * Encodes all outputs in one process, measures what came out, and encodes again what is out of its bounds; when the
 * limiter alone cannot bring it there, with a compressor. What cannot be made or brought there is an error of its own,
 * and leaves the others alone.
 */
export async function encodeSound(
  context: SoundContext,
  outputs: readonly SoundOutput[],
  onProgress: (fraction: number) => void,
): Promise<Map<string, EncodedSound | Error>> {
  const results = new Map<string, EncodedSound | Error>();
  const accept = <T>(attempts: readonly Attempt[], outcomes: readonly (T | Error)[]): T[] =>
    attempts.flatMap(({ output }, at) => {
      const outcome = outcomes[at] ?? new Error(`${output.name} was left out.`);
      if (!(outcome instanceof Error)) return [outcome];
      results.set(output.name, outcome);
      return [];
    });
  const { signal } = context;
  let pending = outputs.map(
    (output): Attempt => ({
      output,
      path: join(context.scratch, `${output.name}.${output.muxer}`),
      ...aimOf(output.loudness),
      compressed: false,
      tries: 0,
      last: null,
    }),
  );
  let passed = 0;
  let share = FIRST_ROUND_SHARE;
  while (pending.length > 0) {
    const report = (fraction: number) => onProgress(passed + fraction * share);
    const planned = accept(pending, await planAll(context, pending));
    const encoded = await togetherOrAlone(planned, signal, (some) =>
      encodeAll(context, some, (fraction) => report(0.1 + fraction * 0.6)),
    );
    const made = accept(
      planned.map(({ attempt }) => attempt),
      encoded,
    );
    const measured = await measureAll(context, made, (fraction) => report(0.7 + fraction * 0.3));
    const again: Attempt[] = [];
    for (const [at, { attempt, level }] of made.entries()) {
      const { name } = attempt.output;
      const measurement = measured[at] ?? new Error(`${name} was not measured.`);
      const next = measurement instanceof Error ? measurement : judge(attempt, level, measurement);
      if ("tries" in next) again.push(next);
      else results.set(name, next);
    }
    pending = again;
    passed += share;
    share = (1 - passed) / 2;
  }
  return results;
}

/** What came out is in bounds, or worth another try, or a failure. */
function judge(attempt: Attempt, level: Level, last: Measurement): EncodedSound | AppError | Attempt {
  const { output, path } = attempt;
  const { lu, peakDb } = outOfBounds(last, output.loudness);
  if (lu === 0 && peakDb === 0) {
    return {
      path,
      durationMs: output.work.durationMs,
      lufs: last.lufs,
      truePeakDbtp: last.truePeakDbtp ?? 0,
      loudnessBy: methodOf(output.work, level),
    };
  }
  const tries = attempt.tries + 1;
  if (tries < MAX_ENCODES) {
    return {
      ...attempt,
      tries,
      last,
      aimLufs: attempt.aimLufs - (last.lufs - output.loudness.targetLufs),
      ceilingDbfs: peakDb > 0 ? attempt.ceilingDbfs - peakDb - PEAK_MARGIN_DB : attempt.ceilingDbfs,
    };
  }
  if (!attempt.compressed) return { ...attempt, ...aimOf(output.loudness), compressed: true, tries: 0, last };
  const { targetLufs, maxTruePeakDbtp } = output.loudness;
  return new AppError(
    "invalid",
    `The sound cannot be brought to ${targetLufs} LUFS with peaks below ${maxTruePeakDbtp} dBTP: ` +
      `${last.lufs} LUFS and ${last.truePeakDbtp} dBTP is as near as it came.`,
    {
      hint: "Even out the loudest moments (clicks, claps, handling noise) in an editor, then upload it again.",
    },
  );
}

/** Outputs that want the same of the same work file share one search, and one limiter afterwards. */
const keyOf = ({ output, aimLufs, ceilingDbfs, compressed }: Attempt): string =>
  [output.work.path, output.audio.limiterRateHz, aimLufs, ceilingDbfs, compressed].join(" ");

/** How each is brought to its loudness, or why no way was found. */
async function planAll(context: SoundContext, attempts: readonly Attempt[]): Promise<(Planned | Error)[]> {
  const alike = Map.groupBy(attempts, keyOf);
  const levels = new Map(
    await pMap(
      alike,
      async ([key, [first]]): Promise<[string, Level | Error]> => {
        if (!first) throw new Error("a group is never empty");
        const plan = () => planLevel(context, first.output.work, first);
        return [key, await resultOf(context.signal, plan)];
      },
      PASSES_AT_ONCE,
    ),
  );
  return attempts.map((attempt) => {
    const level = levels.get(keyOf(attempt)) ?? new Error(`${attempt.output.name} was not planned.`);
    return level instanceof Error ? level : { attempt, level };
  });
}

async function encodeAll(
  context: SoundContext,
  planned: readonly Planned[],
  onProgress: (fraction: number) => void,
): Promise<Planned[]> {
  const works = [...new Set(planned.map(({ attempt }) => attempt.output.work))];
  const groups = [...Map.groupBy(planned, ({ attempt }) => keyOf(attempt)).values()];
  const graph: string[] = [];
  const outputs: FfmpegJob["outputs"] = [];
  const beside: FfmpegJob["inputs"] = [];
  for (const group of groups) {
    const [first] = group;
    if (!first) continue;
    const { work, audio } = first.attempt.output;
    const labels = group.map(({ attempt }) => attempt.output.name.replaceAll("-", "_"));
    const inlets = labels.map((label) => `[${label}_in]`);
    const chain = levelFilters(first.level, audio.limiterRateHz).join(",");
    graph.push(`[${works.indexOf(work)}:a]${chain},asplit=${group.length}${inlets.join("")}`);
    for (const [at, { attempt }] of group.entries()) {
      graph.push(`${inlets[at]}${codecFilters(attempt.output.audio).join(",")}[${labels[at]}]`);
      const { tagging } = attempt.output;
      const { map = [], ...tags } = tagging?.optionsAt(works.length + beside.length) ?? UNTAGGED;
      outputs.push({
        path: attempt.path,
        options: { map: [`[${labels[at]}]`, ...map], ...encoderOptions(attempt.output), ...tags },
      });
      beside.push(...(tagging?.inputs ?? []));
    }
  }
  await runOn(context, works, outputs, { beside, complexFilter: graph.join(";"), onProgress });
  return Promise.all(planned.map(refuseCut));
}

/** A size limit that was reached ends a file without an error. */
async function refuseCut(planned: Planned): Promise<Planned> {
  const { output, path } = planned.attempt;
  if ((await stat(path)).size < maxBytesOf(output)) return planned;
  throw new Error(
    `${output.name} came out larger than ${output.audio.bitrateKbps} kbit/s allow: raise its profile's bitrateKbps.`,
  );
}

/** Half as much again as the bit rate says, and a megabyte beside its tags: an end for what must not fill the disk. */
const maxBytesOf = ({ audio, tagging, work }: SoundOutput): number =>
  Math.ceil((work.durationMs / 8) * audio.bitrateKbps * 1.5) + 1_000_000 + (tagging?.bytes ?? 0);

/** Else ffmpeg would take over the tags that another output of the same process is for. */
const UNTAGGED: FfmpegOptions & { map?: string[] } = { map_metadata: -1, map_chapters: -1 };

const encoderOptions = (output: SoundOutput): FfmpegOptions => ({
  "c:a": output.audio.codec,
  "b:a": `${output.audio.bitrateKbps}k`,
  ...output.audio.options,
  // The same recording gives the same bytes, and so the same name in the library.
  "flags:a": "+bitexact",
  fflags: "+bitexact",
  fs: maxBytesOf(output),
  f: output.muxer,
});

/** Decodes what was made and measures that, true peak (four times oversampled) included. */
async function measureAll(
  context: SoundContext,
  made: readonly Planned[],
  onProgress: (fraction: number) => void,
): Promise<(Measurement | Error)[]> {
  const parts = made.map(() => 0);
  const report = (at: number, fraction: number) => {
    parts[at] = fraction;
    onProgress(parts.reduce((sum, part) => sum + part, 0) / parts.length);
  };
  return pMap(
    made,
    ({ attempt }, at) =>
      resultOf(context.signal, () => measure(context, attempt.path, (fraction) => report(at, fraction))),
    PASSES_AT_ONCE,
  );
}

async function measure(
  { ffmpeg, timeLimitMs, signal, durationMs }: SoundContext,
  path: string,
  onProgress: (fraction: number) => void,
): Promise<Measurement> {
  const lines = await ffmpeg.run({
    inputs: [{ path, options: {} }],
    outputs: [{ path: null, options: { map: "0:a:0", af: measureFilter("rendition", "true") } }],
    durationMs,
    timeLimitMs,
    signal,
    onProgress,
  });
  return readMeasurement(lines, "rendition");
}
