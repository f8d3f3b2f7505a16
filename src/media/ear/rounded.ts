import type { Span } from "./findings.ts";
import { printFilter, readWindows, type Window } from "./readings.ts";

/**
 * Clipping that was coded lossily afterwards: the flat tops are rounded, some overshoot, and no two samples are equal any
 * more. What stays is how many samples lie near the ceiling. In speech, also where a limiter holds its peaks, the higher
 * the fewer; what was cut off lies there all together.
 *
 * Measured on espeak-ng's voices as MP3 and AAC at 64–192 kbit/s: cut off by 10 to 15 dB 1.3–2.8 samples near the ceiling
 * for each one below (AAC at 64 kbit/s from 1.2 on), limited by 14 to 26 dB up to 1.17, as they are up to 0.6.
 */
const CROWDED = 1.25;
/** One second alone may be the beginning of a tone. */
const LEAST_SECONDS = 2;

/** So dense sound is worth a second look; speech has a crest of 15 dB and more, limited speech of 9 to 12. */
const DENSE_CREST_DB = 13;
/** A sine has 3 dB, and its own way of staying near its peak. */
const TONE_CREST_DB = 4.2;
const AUDIBLE_PEAK_DBFS = -12;
/** Peaks overshoot the ceiling, each as it happens: it is rather where the lowest of them are. */
const LOWEST_PEAKS = 0.1;
const OVERSHOOT_DB = 0.8;
/** Relative to the ceiling: what is above all overshoots, what is near it, and what is below. */
const LEVELS_DB = { over: 1.6, near: -1.9, below: -5.2 };
/** Of a second's samples so many have to be above the lowest level to tell anything. */
const LEAST_SHARE = 0.002;
const STEPS_PER_DB = 10;

const isDense = (window: Window, channel: number): boolean => {
  const peak = window.level(channel, "Peak_level");
  const crest = peak - window.level(channel, "RMS_level");
  return peak > AUDIBLE_PEAK_DBFS && crest < DENSE_CREST_DB && crest > TONE_CREST_DB;
};

/** Gathers from one second after the other where sound that is cut off would end, in dBFS; `null` when none is so dense. */
export function createCeiling() {
  const counts = new Map<number, number>();
  let seconds = 0;
  return {
    take(window: Window): void {
      const peaks = channelsOf(window)
        .filter((channel) => isDense(window, channel))
        .map((channel) => window.level(channel, "Peak_level"));
      if (peaks.length === 0) return;
      const step = Math.round(Math.max(...peaks) * STEPS_PER_DB);
      counts.set(step, (counts.get(step) ?? 0) + 1);
      seconds += 1;
    },
    dbfs(): number | null {
      if (seconds < LEAST_SECONDS) return null;
      let lower = 0;
      for (const [step, count] of [...counts].sort(([one], [other]) => one - other)) {
        lower += count;
        if (lower >= seconds * LOWEST_PEAKS) return step / STEPS_PER_DB - OVERSHOOT_DB;
      }
      return null;
    },
  };
}

const channelsOf = ({ channels }: Window): number[] => Array.from({ length: channels }, (_, at) => at + 1);

export type LevelFiles = Record<keyof typeof LEVELS_DB, string>;

/** For each level filters that count, second by second, the samples that reach it: raised so that it is full scale. */
export const countingChains = (
  ceilingDbfs: number,
  sampleRateHz: number,
  files: LevelFiles,
): Record<keyof typeof LEVELS_DB, string[]> => {
  const chain = (level: keyof typeof LEVELS_DB): string[] => [
    `volume=${(-ceilingDbfs - LEVELS_DB[level]).toFixed(2)}dB`,
    "aformat=sample_fmts=s16p",
    `asetnsamples=n=${sampleRateHz}:p=0`,
    "astats=metadata=1:reset=1:measure_overall=none:measure_perchannel=Peak_count",
    printFilter(files[level]),
  ];
  return { over: chain("over"), near: chain("near"), below: chain("below") };
};

/**
 * The seconds in which the samples crowd at the ceiling.
 * @param levelsPath the readings that the ceiling was gathered from
 */
export async function gatherRounded(
  levelsPath: string,
  files: LevelFiles,
  sampleRateHz: number,
): Promise<Span[]> {
  const counts = {
    over: readWindows(files.over),
    near: readWindows(files.near),
    below: readWindows(files.below),
  };
  const next = async (level: keyof LevelFiles): Promise<Window | null> => {
    const { value } = await counts[level].next();
    return value ?? null;
  };
  const found: Span[] = [];
  let atMs = 0;
  for await (const window of readWindows(levelsPath)) {
    const [over, near, below] = [await next("over"), await next("near"), await next("below")];
    const span = { fromMs: atMs, toMs: atMs + (window.samples / sampleRateHz) * 1_000 };
    atMs = span.toMs;
    if (!over || !near || !below) break;
    const isCrowded = channelsOf(window).some((channel) => {
      const count = (of: Window) => of.level(channel, "Peak_count");
      if (!isDense(window, channel) || count(below) < window.samples * LEAST_SHARE) return false;
      return count(near) - count(over) > CROWDED * (count(below) - count(near));
    });
    if (isCrowded) found.push(span);
  }
  return found.length < LEAST_SECONDS ? [] : found;
}
