import { join } from "node:path";
import { MINUTE_MS } from "../../clock.ts";
import type { Ffmpeg } from "../ffmpeg.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { Probe } from "../media-probe.ts";
import { measureFilter, readMeasurement } from "../sound/loudness.ts";
import { evenOut, headFilters, isUneven, type Source } from "../sound/timeline.ts";
import type { Listening } from "./findings.ts";
import { gatherBands, gatherLevels, gatherSilences } from "./gather.ts";
import { judge } from "./judge.ts";
import { phaseFilters, readOpposite } from "./phase.ts";
import { printFilter } from "./readings.ts";
import { countingChains, gatherRounded } from "./rounded.ts";

export interface ListenOptions {
  ffmpeg: Ffmpeg;
  path: string;
  /** How ffmpeg is told to read the file. */
  inputOptions: FfmpegOptions;
  probe: Probe;
  /** As far as it is known, for progress and limits. */
  durationMs: number;
  scratch: string;
  signal: AbortSignal;
  onProgress?: (fraction: number) => void;
}

/** Levels are read once a second, bands five times: a pause between two sentences is long enough to hear a hum in. */
const BANDS_RATE_HZ = 16_000;
const BANDS_PER_SECOND = 5;
/** Silence begins and ends on a tenth of a second. */
const SILENCE_WINDOW_MS = 100;
/** Nothing of a voice is below, but hum, wind and a shifted zero line are. */
const VOICE_HZ = 150;
/** Above this a voice has a four-hundredth of its power; a telephone line ends at 3.4 kHz. */
const HIGH_BAND_HZ = 5_000;
/** One stage falls by 12 dB an octave: four keep what is just below from passing for what is above. */
const HIGH_BAND_STAGES = 4;
/** So far below the loudness no voice is heard beside it; the bounds hold for very loud and very quiet recordings. */
const SILENCE_BELOW_LU = 28;
const SILENCE_DBFS = { least: -70, most: -45 };

/**
 * Listens to a recording: one process, one decode, constant memory. Sound that changes its form on the way is brought
 * into one first; sound that is dense enough to have been clipped before it was coded is looked at a second time.
 * @throws {FfmpegError}, or the signal's reason
 */
export async function listenTo(options: ListenOptions): Promise<Listening> {
  const { ffmpeg, path, inputOptions, probe, durationMs, scratch, signal, onProgress } = options;
  const limits = { durationMs, timeLimitMs: 2 * MINUTE_MS + durationMs, signal };
  const files = filesIn(scratch);
  const hear = (source: Source) =>
    ffmpeg.run({
      inputs: [{ path: source.path, options: source.options }],
      complexFilter: graphOf(source.probe, files),
      outputs: [{ path: null, options: { map: "[out]" } }],
      ...limits,
      ...(onProgress ? { onProgress } : {}),
    });
  let source: Source = { path, probe, options: inputOptions };
  let lines = await hear(source);
  if (isUneven(lines, "loudness")) {
    source = await evenOut({ ffmpeg, scratch, name: "even", ...limits }, source);
    lines = await hear(source);
  }
  const { lufs } = readMeasurement(lines, "loudness");
  const { channels, sampleRateHz } = source.probe.audio;
  const levels = await gatherLevels(files.levels, sampleRateHz);
  if (levels.ceilingDbfs !== null) {
    await ffmpeg.run({
      inputs: [{ path: source.path, options: source.options }],
      complexFilter: countingGraph(source.probe, levels.ceilingDbfs, files),
      outputs: [{ path: null, options: { map: "[out]" } }],
      ...limits,
    });
    levels.clipped.push(...(await gatherRounded(files.levels, files, sampleRateHz)));
  }
  const { least, most } = SILENCE_DBFS;
  const silenceDbfs = Math.min(most, Math.max(least, lufs - SILENCE_BELOW_LU));
  return judge({
    lufs,
    sampleRateHz: probe.audio.sampleRateHz,
    promisedMs: probe.promisedAudioMs,
    pictureMs: probe.video && !probe.estimated ? probe.durationMs : null,
    levels,
    silences: await gatherSilences(files.silence, silenceDbfs, SILENCE_WINDOW_MS),
    bands: await gatherBands(files.bands),
    opposite: channels === 2 ? await readOpposite(files.phase, sampleRateHz) : [],
  });
}

const filesIn = (scratch: string) => ({
  levels: join(scratch, "levels"),
  silence: join(scratch, "silence"),
  phase: join(scratch, "phase"),
  bands: join(scratch, "bands"),
  over: join(scratch, "over"),
  near: join(scratch, "near"),
  below: join(scratch, "below"),
});

/** How the sound lies about its ceiling: a second decode, of sound that is dense enough to have been cut off. */
function countingGraph(probe: Probe, ceilingDbfs: number, files: ReturnType<typeof filesIn>): string {
  const { index, sampleRateHz } = probe.audio;
  const { over, near, below } = countingChains(ceilingDbfs, sampleRateHz, files);
  const leg = (inlet: string, chain: string[]) => `[${inlet}]${[...headFilters(probe), ...chain].join(",")}`;
  return [
    `[0:${index}]asplit=3[over][near][below]`,
    `${leg("over", over)},anullsink`,
    `${leg("near", near)},anullsink`,
    `${leg("below", below)}[out]`,
  ].join(";");
}

function graphOf(probe: Probe, files: ReturnType<typeof filesIn>): string {
  const { index, channels, sampleRateHz } = probe.audio;
  const legs = [
    { inlet: "levels", chain: levelsChain(sampleRateHz, files.levels) },
    { inlet: "silence", chain: silenceChain(files.silence) },
    { inlet: "loudness", chain: [measureFilter("loudness"), "anullsink"] },
    { inlet: "bands", chain: [bandsChain(files.bands)] },
    ...(channels === 2
      ? [{ inlet: "phase", chain: [...phaseFilters(sampleRateHz, printFilter(files.phase)), "anullsink"] }]
      : []),
  ];
  const split = `[0:${index}]asplit=${legs.length}${legs.map(({ inlet }) => `[${inlet}]`).join("")}`;
  // Each leg by itself: in front of the split, what one of them asks for would be done to all.
  const graph = legs.map(({ inlet, chain }) => `[${inlet}]${[...headFilters(probe), ...chain].join(",")}`);
  return [split, ...graph].join(";");
}

/** A second in each window, every channel by itself, so that channels of opposite phase are not taken for silence. */
const levelsChain = (rateHz: number, path: string): string[] => [
  `asetnsamples=n=${rateHz}:p=0`,
  "astats=metadata=1:reset=1:measure_overall=Number_of_samples" +
    ":measure_perchannel=DC_offset+Peak_level+RMS_level+Flat_factor+Peak_count",
  `${printFilter(path)}[out]`,
];

/** What a voice is made of, every channel by itself. */
const silenceChain = (path: string): string[] => [
  `aformat=sample_fmts=fltp:sample_rates=${BANDS_RATE_HZ}`,
  `highpass=f=${VOICE_HZ}`,
  `highpass=f=${VOICE_HZ}`,
  `asetnsamples=n=${(BANDS_RATE_HZ * SILENCE_WINDOW_MS) / 1_000}:p=0`,
  "astats=metadata=1:reset=1:measure_overall=none:measure_perchannel=RMS_level",
  printFilter(path),
  "anullsink",
];

/** Side by side as channels: everything, what is high, and the mains' 50 and 100 Hz. */
const bandsChain = (path: string): string =>
  [
    `aformat=sample_fmts=fltp:sample_rates=${BANDS_RATE_HZ}:channel_layouts=mono,asplit=4[all][h][m][n]`,
    `[h]${Array(HIGH_BAND_STAGES).fill(`highpass=f=${HIGH_BAND_HZ}`).join(",")}[high]`,
    "[m]bandpass=f=50:width_type=h:w=6[mains]",
    "[n]bandpass=f=100:width_type=h:w=6[second]",
    `[all][high][mains][second]amerge=inputs=4,asetnsamples=n=${BANDS_RATE_HZ / BANDS_PER_SECOND}:p=0,` +
      `astats=metadata=1:reset=1:measure_overall=none:measure_perchannel=RMS_level,${printFilter(path)},anullsink`,
  ].join(";");
