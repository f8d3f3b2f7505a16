import { join } from "node:path";
import type { Ffmpeg } from "../ffmpeg.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { Probe } from "../media-probe.ts";
import { countMeasurements } from "./loudness.ts";

/**
 * The file's own timeline, on which the ear tells its times, clips are cut, and sound stays with its picture: sound
 * that begins late has silence in front, and a hole in it is silence as long.
 */
const ON_TIMELINE = "aresample=async=1:first_pts=0";

/** What all that reads a recording begins with. */
export const headFilters = ({ audio }: Probe): string[] => [
  // Of more than eight channels none knows where it belongs; the first two are taken.
  ...(audio.channels > 8 ? ["pan=stereo|c0=c0|c1=c1"] : []),
  ON_TIMELINE,
];

export interface Source {
  path: string;
  probe: Probe;
  /** How ffmpeg is told to read it. */
  options: FfmpegOptions;
}

const EVEN = { rateHz: 48_000, channels: 2 };

/**
 * Whether the sound changes its rate or its channels on the way, as a recording of a receiver does. ffmpeg then sets
 * all filters up anew: what they measure, and where they write it, begins again with each part.
 */
export const isUneven = (lines: string[], name: string): boolean =>
  // Of many complaints only the last are kept, and no earlier measurement with them.
  countMeasurements(lines, name) > 1 || lines.some((line) => line.includes(BACKWARDS));

/** ffmpeg's complaint when filters that were set up anew begin again at the beginning. */
const BACKWARDS = "non monotonically increasing dts";

/** The same sound on the same timeline in one rate and two channels, as a file in the scratch folder. */
export async function evenOut(
  job: {
    ffmpeg: Ffmpeg;
    durationMs: number;
    timeLimitMs: number;
    signal: AbortSignal;
    scratch: string;
    name: string;
  },
  { path, probe, options }: Source,
): Promise<Source> {
  const { ffmpeg, scratch, name, ...limits } = job;
  const evenPath = join(scratch, `${name}.mka`);
  // No filter keeps anything here, so that being set up anew loses nothing; FLAC takes half the room.
  const coding = { "c:a": "flac", compression_level: 0, ar: EVEN.rateHz, ac: EVEN.channels };
  await ffmpeg.run({
    inputs: [{ path, options }],
    outputs: [{ path: evenPath, options: { map: `0:${probe.audio.index}`, ...coding, f: "matroska" } }],
    ...limits,
  });
  const audio = { index: 0, codec: "flac", channels: EVEN.channels, sampleRateHz: EVEN.rateHz };
  return {
    path: evenPath,
    probe: { ...probe, audio },
    // Without it ffmpeg moves the first sound to the beginning.
    options: { f: "matroska", copyts: true },
  };
}
