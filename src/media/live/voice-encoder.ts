import { MINUTE_MS } from "../../clock.ts";
import { AppError, invalid } from "../../errors.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import { type FfmpegStream, type StreamJob, streamFfmpeg } from "../ffmpeg-stream.ts";
import { inputOptionsFor } from "../inspect.ts";
import type { Asset } from "../media.ts";
import type { Profile, SoundProfile } from "../profiles.ts";
import { filterOf } from "../sound/join.ts";
import { codecFilters } from "../sound/level.ts";
import { createPartCutter, type Mp3Part } from "./mp3-parts.ts";

export interface VoiceOptions {
  /** As the microphone's bytes were declared, such as `audio/webm;codecs=opus`. */
  mime: string;
  /** SHA-256 of what is heard before and after it, or nothing. */
  marks: readonly string[];
  longestMs: number;
  onPart: (part: Mp3Part) => void;
}

export interface VoiceEncoder {
  /** @throws {AppError} `invalid` for a kind of recording that is not known, `unavailable` without a profile for it */
  open(options: VoiceOptions): FfmpegStream;
}

interface Dependencies {
  /** An ffmpeg that does not yield to others. */
  ffmpegPath: string;
  profiles: readonly Profile[];
  pathOf: (sha256: string) => string;
  assetOf: (sha256: string) => Asset | null;
}

/** What browsers record in, as ffmpeg's demuxers read it without going back. */
const DEMUXERS: Record<string, string> = { "audio/webm": "matroska", "audio/mp4": "mov", "audio/ogg": "ogg" };
export const VOICE_MIMES = Object.keys(DEMUXERS);
/** Begins with the first bytes: what they are is known. */
const AT_ONCE: FfmpegOptions = { probesize: 32_000, analyzeduration: 0, fflags: "nobuffer" };
const GAP_MS = 600;

/**
 * One pass without a look at what is still to be said. Every 100 ms are brought to the same mean power, smoothed over five of
 * them; what is nearly silent is not lifted. Speech comes out within two LU of the target then, by this much gain.
 */
const EVEN_OUT = "dynaudnorm=framelen=100:gausssize=5:peak=1:targetrms=0.12:maxgain=40:threshold=0.003";
const LUFS_OF_EVEN = -23;

/** Makes of a microphone's stream the MP3 that a horn needs, by the loudspeakers' profile, while it comes. */
export function createVoiceEncoder({ ffmpegPath, profiles, pathOf, assetOf }: Dependencies): VoiceEncoder {
  function inputOf(sha256: string): StreamJob["inputs"][number] {
    const mark = assetOf(sha256);
    if (!mark) throw new AppError("conflict", "The words around a drill are not there any more.");
    return { path: pathOf(sha256), options: inputOptionsFor(mark.probe, mark.durationMs) };
  }

  return {
    open({ mime, marks, longestMs, onPart }) {
      const demuxer = DEMUXERS[mime.split(";")[0]?.trim().toLowerCase() ?? ""];
      if (demuxer === undefined) {
        throw invalid(
          "Content-Type",
          `A voice cannot be spoken as ${mime}.`,
          `Send ${VOICE_MIMES.join(", ")}.`,
        );
      }
      const profile = profileOf(profiles);
      const [before, after] = marks.map(inputOf);
      const voice = { path: null, options: { ...AT_ONCE, f: demuxer } };
      const cutter = createPartCutter(onPart);
      const stream = streamFfmpeg(ffmpegPath, {
        inputs: [before, voice, after].filter((input) => input !== undefined),
        complexFilter: graphOf(profile, before !== undefined),
        output: encoding(profile),
        timeLimitMs: MINUTE_MS + longestMs / 2,
        onOutput: cutter.write,
      });
      const ended = stream.ended.then(cutter.end);
      ended.catch(() => {}); // also when nobody waits for it yet
      return { ...stream, ended };
    },
  };
}

/** @throws {AppError} `unavailable` */
function profileOf(profiles: readonly Profile[]): SoundProfile {
  for (const profile of profiles) {
    if (profile.type !== "sound" || profile.muxer !== "mp3") continue;
    if (profile.playedBy?.some(({ kind }) => kind === "loudspeaker")) return profile;
  }
  throw new AppError(
    "unavailable",
    "No profile makes MP3 for loudspeakers, which is what a live voice is sent in.",
    {
      hint: "Put loudspeaker-mp3.json back into the profiles, or record the announcement.",
    },
  );
}

/** Thresholds of a chain are meant for sound at the target loudness, so that it is evened out before the first of them. */
function graphOf({ audio, chain = [], loudness }: SoundProfile, hasMarks: boolean): string {
  const same = `aformat=sample_fmts=fltp:sample_rates=${audio.limiterRateHz}:channel_layouts=mono`;
  const at = chain.findIndex(({ step }) => step === "compress");
  const [shaping, rest] = at < 0 ? [chain, []] : [chain.slice(0, at), chain.slice(at)];
  const ceiling = 10 ** (loudness.limiterCeilingDbfs / 20);
  const filters = [
    ...shaping.map(filterOf),
    EVEN_OUT,
    ...rest.map(filterOf),
    `volume=${(loudness.targetLufs - LUFS_OF_EVEN).toFixed(2)}dB`,
    `alimiter=limit=${ceiling.toFixed(5)}:level=disabled:latency=1`,
    ...codecFilters(audio),
  ].join(",");
  if (!hasMarks) return `[0:a:0]${same},${filters}[voice]`;
  const pause = `apad=pad_dur=${GAP_MS / 1_000}`;
  return [
    `[0:a:0]${same},${pause}[before]`,
    `[1:a:0]${same},${pause}[spoken]`,
    `[2:a:0]${same}[after]`,
    `[before][spoken][after]concat=n=3:v=0:a=1,${filters}[voice]`,
  ].join(";");
}

/** Frames that need none before them, one after the other without anything around them. */
const encoding = ({ audio }: SoundProfile): FfmpegOptions => ({
  map: "[voice]",
  "c:a": audio.codec,
  "b:a": `${audio.bitrateKbps}k`,
  ac: 1,
  ...audio.options,
  reservoir: 0,
  map_metadata: -1,
  write_xing: 0,
  id3v2_version: 0,
  flush_packets: 1,
  f: "mp3",
});
