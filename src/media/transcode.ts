import { HOUR_MS, MINUTE_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { encodeAudio } from "./audio-encode.ts";
import type { Ffmpeg } from "./ffmpeg.ts";
import type { FfmpegOptions } from "./ffmpeg-options.ts";
import { probeMedia } from "./inspect.ts";
import { ALLOWED_DEMUXERS, type Probe, toleratedLossMs } from "./media-probe.ts";
import type { Profile, VideoProfile } from "./profiles.ts";
import { encodeVideo, joinTracks } from "./video-encode.ts";

/** What every step of one transcode knows. */
export interface TranscodeContext {
  ffmpeg: Ffmpeg;
  profile: Profile;
  probe: Probe;
  source: { path: string; options: FfmpegOptions };
  /** The recording's length as far as it is known, for progress and limits. */
  durationMs: number;
  /** A folder for what is made on the way; removed by the caller. */
  scratch: string;
  limits: { audioMs: number; videoMs: number; maxSeconds: string; maxBytes: string };
  signal: AbortSignal;
}

export interface TranscodeJob {
  ffmpeg: Ffmpeg;
  sourcePath: string;
  durationMs: number;
  profile: Profile;
  scratch: string;
  signal: AbortSignal;
  /** Called with 0…1, never less than before. */
  onProgress: (fraction: number) => void;
}

export interface Transcoded {
  path: string;
  durationMs: number;
  loudnessLufs: number;
  truePeakDbtp: number;
}

/** The share of the work that is the sound, where there is a picture too. */
const AUDIO_SHARE = 0.2;

/**
 * Makes one rendition in `scratch`.
 * @throws {AppError} `invalid` when the recording is the reason, {@link FfmpegError}, or the signal's reason
 */
export async function transcode({
  ffmpeg,
  sourcePath,
  durationMs,
  profile,
  scratch,
  signal,
  onProgress,
}: TranscodeJob): Promise<Transcoded> {
  const probe = await probeMedia(ffmpeg, sourcePath);
  const context: TranscodeContext = {
    ffmpeg,
    profile,
    probe,
    source: { path: sourcePath, options: { format_whitelist: ALLOWED_DEMUXERS } },
    durationMs,
    scratch,
    limits: limitsFor(profile, probe, durationMs),
    signal,
  };
  const report = onlyForward(onProgress);
  const { lufs, truePeakDbtp, ...audio } = await encodeAudio(context, (fraction) =>
    report(profile.video ? fraction * AUDIO_SHARE : fraction),
  );
  const path = profile.video ? await addPicture(context, profile.video, audio.path, report) : audio.path;
  const made = await probeMedia(ffmpeg, path);
  // A size limit that was reached ends the file without an error.
  if ((made.durationMs ?? 0) < audio.durationMs - toleratedLossMs(audio.durationMs)) {
    throw new Error(`The rendition came out too short: ${made.durationMs} of ${audio.durationMs} ms.`);
  }
  const madeMs = profile.video ? (made.durationMs ?? audio.durationMs) : audio.durationMs;
  return { path, durationMs: madeMs, loudnessLufs: lufs, truePeakDbtp };
}

async function addPicture(
  context: TranscodeContext,
  video: VideoProfile,
  audioPath: string,
  report: (fraction: number) => void,
): Promise<string> {
  const { probe } = context;
  if (!probe.video) throw new AppError("invalid", "The recording has no picture for a video rendition.");
  const videoPath = await encodeVideo(context, probe.video, video, (fraction) =>
    report(AUDIO_SHARE + fraction * (1 - AUDIO_SHARE)),
  );
  return joinTracks(context, videoPath, audioPath);
}

/** Generous for a slow machine, but an end for a file made to keep ffmpeg busy or to fill the disk. */
function limitsFor(profile: Profile, probe: Probe, durationMs: number): TranscodeContext["limits"] {
  const maxMs = probe.estimated ? 12 * HOUR_MS : durationMs * 1.02 + 5_000;
  const kbps = profile.audio.bitrateKbps + (profile.video?.maxKbps ?? 0);
  return {
    audioMs: 2 * MINUTE_MS + durationMs,
    videoMs: 5 * MINUTE_MS + 10 * durationMs,
    maxSeconds: (maxMs / 1_000).toFixed(3),
    maxBytes: String(Math.ceil((maxMs / 8) * kbps * 1.5) + 1_000_000),
  };
}

function onlyForward(report: (fraction: number) => void): (fraction: number) => void {
  let reached = 0;
  return (fraction) => {
    if (fraction > reached) report((reached = fraction));
  };
}
