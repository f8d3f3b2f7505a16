import { execFileSync } from "node:child_process";
import { SECOND_MS } from "../clock.ts";
import { once } from "../once.ts";

/** What an ffmpeg can write, by its own names. */
export interface FfmpegAbilities {
  audioEncoders: ReadonlySet<string>;
  videoEncoders: ReadonlySet<string>;
  muxers: ReadonlySet<string>;
}

const TIME_LIMIT_MS = 60 * SECOND_MS;

const known = new Map<string, FfmpegAbilities>();

/** Asks a program that {@link requireFfmpeg} has found to run, once. Builds differ in what they were compiled with. */
export const abilitiesOf = (ffmpegPath: string): FfmpegAbilities =>
  once(known, ffmpegPath, () => askAbilities(ffmpegPath));

function askAbilities(ffmpegPath: string): FfmpegAbilities {
  const list = (option: string): string[] =>
    execFileSync(ffmpegPath, ["-hide_banner", option], { encoding: "utf8", timeout: TIME_LIMIT_MS }).split(
      "\n",
    );
  const encoders = list("-encoders");
  return {
    audioEncoders: namesIn(encoders, /^ A..[^X]..\s+(\S+)/),
    videoEncoders: namesIn(encoders, /^ V..[^X]..\s+(\S+)/),
    muxers: namesIn(list("-muxers"), /^ .E\s+(\S+)/),
  };
}

/** The legend above the names has the same flags, with `=` for a name. An experimental encoder (X) refuses to work. */
const namesIn = (lines: readonly string[], pattern: RegExp): Set<string> =>
  new Set(lines.flatMap((line) => pattern.exec(line)?.[1]?.split(",") ?? []).filter((name) => name !== "="));
