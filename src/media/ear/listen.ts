import { join } from "node:path";
import { MINUTE_MS } from "../../clock.ts";
import type { Ffmpeg } from "../ffmpeg.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { Probe } from "../media-probe.ts";
import { measureFilter, readMeasurement } from "../sound/loudness.ts";
import type { Listening } from "./findings.ts";
import { gatherBands, gatherLevels, gatherPhase } from "./gather.ts";
import { type Heard, judge } from "./judge.ts";

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
/** Quieter than this is silence, whatever the recording's level. */
const SILENCE_DBFS = -55;
const MIN_SILENCE_SECONDS = 1;
/** Above this a voice has a four-hundredth of its power; a telephone line ends at 3.4 kHz. */
const HIGH_BAND_HZ = 5_000;
/** One stage falls by 12 dB an octave: four keep what is just below from passing for what is above. */
const HIGH_BAND_STAGES = 4;

/**
 * Listens to a recording: one process, one decode, constant memory.
 * @throws {FfmpegError}, or the signal's reason
 */
export async function listenTo(options: ListenOptions): Promise<Listening> {
  const { ffmpeg, path, inputOptions, probe, durationMs, scratch, signal, onProgress } = options;
  const files = {
    levels: join(scratch, "levels"),
    phase: join(scratch, "phase"),
    bands: join(scratch, "bands"),
  };
  const isStereo = probe.audio.channels === 2;
  const legs = [
    { inlet: "levels", chain: levelsChain(probe, files.levels) },
    { inlet: "loudness", chain: [...known(probe), measureFilter("loudness"), "anullsink"] },
    { inlet: "bands", chain: [...known(probe), bandsChain(files.bands)] },
    ...(isStereo ? [{ inlet: "phase", chain: phaseChain(probe, files.phase) }] : []),
  ];
  const split = `[0:${probe.audio.index}]asplit=${legs.length}${legs.map(({ inlet }) => `[${inlet}]`).join("")}`;
  const graph = legs.map(({ inlet, chain }) => `[${inlet}]${chain.join(",")}`);
  const lines = await ffmpeg.run({
    inputs: [{ path, options: inputOptions }],
    complexFilter: [split, ...graph].join(";"),
    outputs: [{ path: null, options: { map: "[out]" } }],
    durationMs,
    timeLimitMs: 2 * MINUTE_MS + durationMs,
    signal,
    ...(onProgress ? { onProgress } : {}),
  });
  const heard: Heard = {
    lufs: readMeasurement(lines, "loudness").lufs,
    sampleRateHz: probe.audio.sampleRateHz,
    promisedMs: probe.promisedAudioMs,
    levels: await gatherLevels(files.levels, probe.audio.sampleRateHz),
    bands: await gatherBands(files.bands),
    phase: isStereo ? await gatherPhase(files.phase) : null,
  };
  return judge(heard);
}

const print = (path: string): string => `ametadata=mode=print:file=${escaped(path)}`;

/** A path of ours inside a filter graph: quoted once for the option, once for the graph. */
const escaped = (path: string): string => path.replace(/[\\':]/g, "\\$&").replace(/[\\'[\],;]/g, "\\$&");

/** Of more than eight channels none knows where it belongs; the first two are taken. */
const known = ({ audio }: Probe): string[] => (audio.channels > 8 ? ["pan=stereo|c0=c0|c1=c1"] : []);

/** A second in each window, every channel by itself, so that channels of opposite phase are not taken for silence. */
const levelsChain = ({ audio }: Probe, path: string): string[] => [
  "asetpts=N/SR/TB",
  `asetnsamples=n=${audio.sampleRateHz}:p=0`,
  `silencedetect=noise=${SILENCE_DBFS}dB:d=${MIN_SILENCE_SECONDS}`,
  "astats=metadata=1:reset=1:measure_overall=Number_of_samples" +
    ":measure_perchannel=DC_offset+Peak_level+RMS_level+Flat_factor+Peak_count",
  `${print(path)}[out]`,
];

/** Half the sum and half the difference of two channels. */
const phaseChain = ({ audio }: Probe, path: string): string[] => [
  "pan=stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0-0.5*c1",
  `asetnsamples=n=${audio.sampleRateHz}:p=0`,
  "astats=metadata=1:reset=1:measure_overall=none:measure_perchannel=RMS_level",
  print(path),
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
      `astats=metadata=1:reset=1:measure_overall=none:measure_perchannel=RMS_level,${print(path)},anullsink`,
  ].join(";");
