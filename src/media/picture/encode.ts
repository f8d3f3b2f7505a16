import { join } from "node:path";
import { togetherOrAlone } from "../each-alone.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { VideoProfile } from "../profiles.ts";
import type { PictureContext } from "./context.ts";

/** More would starve the server on the two cores of a county's machine. */
const THREADS = 2;

/** Two profiles that ask for the same picture share it. */
export const pictureKey = (video: VideoProfile): string =>
  JSON.stringify(video, Object.keys(video).toSorted());

/** One picture to be encoded. */
interface PictureOutput {
  key: string;
  video: VideoProfile;
  path: string;
}

/**
 * Encodes the picture alone, turned upright as the file says, within each size, rate and bit rate that is asked for:
 * one decode, one process, one file for each distinct setting.
 * @returns the files, or why there is none, by {@link pictureKey}
 */
export async function encodePictures(
  context: PictureContext,
  settings: readonly VideoProfile[],
  onProgress: (fraction: number) => void,
): Promise<Map<string, string | Error>> {
  const distinct = new Map(settings.map((video) => [pictureKey(video), video]));
  const outputs = [...distinct].map(([key, video], at): PictureOutput => {
    return { key, video, path: join(context.scratch, `picture-${at}.mp4`) };
  });
  if (outputs.length === 0) return new Map();
  const encoded = await togetherOrAlone(outputs, context.signal, (some) =>
    encodeTogether(context, some, onProgress),
  );
  return new Map(outputs.map(({ key }, at) => [key, encoded[at] ?? new Error("nothing was encoded")]));
}

async function encodeTogether(
  context: PictureContext,
  pictures: readonly PictureOutput[],
  onProgress: (fraction: number) => void,
): Promise<string[]> {
  const { ffmpeg, source, signal, timeLimitMs } = context;
  const outlets = pictures.map((_, at) => `[s${at}]`);
  const split = `[0:${source.videoIndex}]split=${pictures.length}${outlets.join("")}`;
  const chains = pictures.map(({ video }, at) => `[s${at}]${scale(video)}[v${at}]`);
  await ffmpeg.run({
    inputs: [{ path: source.path, options: { ...source.options, threads: THREADS } }],
    complexFilter: [split, ...chains].join(";"),
    outputs: pictures.map(({ path, video }, at) => ({
      path,
      options: { map: `[v${at}]`, ...encoderOptions(video, context) },
    })),
    durationMs: context.durationMs,
    timeLimitMs,
    signal,
    onProgress,
  });
  return pictures.map(({ path }) => path);
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
