import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ChainStep } from "../profiles.ts";
import { measureFilter, readMeasurement } from "./loudness.ts";
import { durationOfRaw, nameOf, rawOptions, runOn, type SoundContext, type Work } from "./work.ts";

/** Where a clip begins in what was joined, and how long it is; in milliseconds. */
export interface Place {
  fromMs: number;
  toMs: number;
}

/**
 * The clips one after the other at one loudness, with their gaps, through the steps of a chain. A single clip without
 * gap or chain is left as it is.
 *
 * @param works the clips' decoded sound, all of one format
 */
export async function joinClips(
  context: SoundContext,
  works: readonly [Work, ...Work[]],
  { chain, targetLufs, name }: { chain: readonly ChainStep[]; targetLufs: number; name: string },
): Promise<Work> {
  const [first] = works;
  const gaps = context.clips.map(({ gapBeforeMs }) => gapBeforeMs);
  if (works.length === 1 && gaps[0] === 0 && chain.length === 0) return first;
  const path = join(context.scratch, `joined-${name}-${nameOf(first.format)}.f32`);
  const legs = works.map(
    (work, at) => `[${at}:a]${[...level(work, targetLufs), ...pause(gaps[at] ?? 0)].join(",")}[c${at}]`,
  );
  const inlets = works.map((_, at) => `[c${at}]`).join("");
  const tail = [
    `concat=n=${works.length}:v=0:a=1`,
    ...chain.map(filterOf),
    measureFilter("joined", "sample"),
  ];
  const lines = await runOn(
    context,
    works,
    [{ path, options: { map: "[joined]", ...rawOptions(first.format) } }],
    { complexFilter: [...legs, `${inlets}${tail.join(",")}[joined]`].join(";") },
  );
  const { lufs, samplePeakDbfs } = readMeasurement(lines, "joined");
  const { size } = await stat(path);
  return {
    path,
    format: first.format,
    durationMs: durationOfRaw(size, first.format),
    lufs,
    samplePeakDbfs: samplePeakDbfs ?? 0,
  };
}

/** Where each clip lies in what is joined. */
export function placesOf(context: SoundContext, works: readonly Work[]): Place[] {
  let atMs = 0;
  return works.map(({ durationMs }, index) => {
    const fromMs = atMs + (context.clips[index]?.gapBeforeMs ?? 0);
    atMs = fromMs + durationMs;
    return { fromMs, toMs: atMs };
  });
}

/** Quieter than this is no speech to be levelled but silence, whose noise a gain would only lift. */
const SILENT_LUFS = -60;

const level = ({ lufs }: Work, targetLufs: number): string[] =>
  lufs < SILENT_LUFS ? ["anull"] : [`volume=${(targetLufs - lufs).toFixed(2)}dB`];

const pause = (gapMs: number): string[] => (gapMs > 0 ? [`adelay=${Math.round(gapMs)}:all=1`] : []);

/** A step as ffmpeg's filter; all in it are numbers. */
export function filterOf(step: ChainStep): string {
  switch (step.step) {
    case "highPass":
      return `highpass=f=${step.hz}`;
    case "lowPass":
      return `lowpass=f=${step.hz}`;
    case "compress": {
      const threshold = (10 ** (step.thresholdDbfs / 20)).toFixed(6);
      return `acompressor=threshold=${threshold}:ratio=${step.ratio}:attack=${step.attackMs}:release=${step.releaseMs}:knee=6`;
    }
  }
}
