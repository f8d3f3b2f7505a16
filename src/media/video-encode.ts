import { join } from "node:path";
import type { VideoProfile } from "./profiles.ts";
import type { TranscodeContext } from "./transcode.ts";

/** More would starve the server on the two cores of a county's machine. */
const THREADS = 2;

/** Encodes the picture alone, turned upright as the file says, within the profile's size, rate and bit rate. */
export async function encodeVideo(
  context: TranscodeContext,
  stream: { index: number },
  video: VideoProfile,
  onProgress: (fraction: number) => void,
): Promise<string> {
  const path = join(context.scratch, "video.mp4");
  const { ffmpeg, source, limits, signal, durationMs } = context;
  // Smaller pictures are left at their size; both sides come out even, as yuv420p needs.
  const box = `w='min(${video.maxWidth},iw)':h='min(${video.maxHeight},ih)'`;
  const scale = `scale=${box}:force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuv420p`;
  await ffmpeg.run({
    inputs: [{ path: source.path, options: { ...source.options, threads: THREADS } }],
    outputs: [
      {
        path,
        options: {
          map: `0:${stream.index}`,
          map_metadata: -1,
          map_chapters: -1,
          vf: scale,
          fpsmax: video.maxFps,
          "c:v": video.codec,
          preset: video.preset,
          crf: video.crf,
          maxrate: `${video.maxKbps}k`,
          bufsize: `${2 * video.maxKbps}k`,
          // A player that joins late can only begin at a key frame.
          force_key_frames: `expr:gte(t,n_forced*${video.keyframeSeconds})`,
          threads: THREADS,
          t: limits.maxSeconds,
          fs: limits.maxBytes,
          f: "mp4",
        },
      },
    ],
    durationMs,
    timeLimitMs: limits.videoMs,
    signal,
    onProgress,
  });
  return path;
}

/** Puts picture and sound together without coding again, index first so that a player can begin at once. */
export async function joinTracks(
  context: TranscodeContext,
  videoPath: string,
  audioPath: string,
): Promise<string> {
  const path = join(context.scratch, `joined.${context.profile.muxer}`);
  const { ffmpeg, limits, signal, durationMs } = context;
  await ffmpeg.run({
    inputs: [
      { path: videoPath, options: {} },
      { path: audioPath, options: {} },
    ],
    outputs: [
      {
        path,
        options: {
          map: ["0:v:0", "1:a:0"],
          c: "copy",
          movflags: "+faststart",
          fflags: "+bitexact",
          fs: limits.maxBytes,
          f: context.profile.muxer,
        },
      },
    ],
    durationMs,
    timeLimitMs: limits.audioMs,
    signal,
  });
  return path;
}
