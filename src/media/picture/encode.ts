import { join } from "node:path";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { VideoProfile } from "../profiles.ts";
import type { PictureContext } from "./context.ts";

/** More would starve the server on the two cores of a county's machine. */
const THREADS = 2;

/** Two profiles that ask for the same picture share it. */
export const pictureKey = (video: VideoProfile): string =>
  JSON.stringify(video, Object.keys(video).toSorted());

/**
 * Encodes the picture alone, turned upright as the file says, within each size, rate and bit rate that is asked for:
 * one decode, one process, one file for each distinct setting.
 * @returns the files by {@link pictureKey}
 */
export async function encodePictures(
  context: PictureContext,
  settings: readonly VideoProfile[],
  onProgress: (fraction: number) => void,
): Promise<Map<string, string>> {
  const distinct = [...new Map(settings.map((video) => [pictureKey(video), video]))];
  const { ffmpeg, source, signal, timeLimitMs } = context;
  const paths = new Map(distinct.map(([key], at) => [key, join(context.scratch, `picture-${at}.mp4`)]));
  const outlets = distinct.map((_, at) => `[s${at}]`);
  const chains = distinct.map(([, video], at) => `[s${at}]${scale(video)}[v${at}]`);
  await ffmpeg.run({
    inputs: [{ path: source.path, options: { ...source.options, threads: THREADS } }],
    complexFilter: [`[0:${source.videoIndex}]split=${distinct.length}${outlets.join("")}`, ...chains].join(
      ";",
    ),
    outputs: distinct.map(([key, video], at) => ({
      path: paths.get(key) ?? null,
      options: { map: `[v${at}]`, ...encoderOptions(video, context) },
    })),
    durationMs: context.durationMs,
    timeLimitMs,
    signal,
    onProgress,
  });
  return paths;
}

/** Smaller pictures are left at their size; both sides come out even, as yuv420p needs. */
const scale = ({ maxWidth, maxHeight }: VideoProfile): string =>
  `scale=w='min(${maxWidth},iw)':h='min(${maxHeight},ih)':force_original_aspect_ratio=decrease` +
  ":force_divisible_by=2,format=yuv420p";

const encoderOptions = (video: VideoProfile, { durationMs }: PictureContext): FfmpegOptions => ({
  map_metadata: -1,
  map_chapters: -1,
  fpsmax: video.maxFps,
  "c:v": video.codec,
  preset: video.preset,
  crf: video.crf,
  maxrate: `${video.maxKbps}k`,
  bufsize: `${2 * video.maxKbps}k`,
  // A player that joins late can only begin at a key frame.
  force_key_frames: `expr:gte(t,n_forced*${video.keyframeSeconds})`,
  threads: THREADS,
  fflags: "+bitexact",
  "flags:v": "+bitexact",
  fs: Math.ceil((durationMs / 8) * video.maxKbps * 1.5) + 1_000_000,
  f: "mp4",
});
