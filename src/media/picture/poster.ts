import { join } from "node:path";
import type { PosterProfile } from "../profiles.ts";
import type { PictureContext } from "./context.ts";

/** Of so many frames the one that is most like the others is taken: no fade, no flash. */
const CANDIDATES = 50;
/** Where the candidates are taken from: after a title, before a close. */
const AT_FRACTION = 0.1;

/** A still picture of the recording, upright and within the profile's size. */
export async function takePoster(
  { ffmpeg, source, scratch, durationMs, timeLimitMs, signal }: PictureContext,
  { name, maxWidth, maxHeight, quality }: PosterProfile,
): Promise<string> {
  const path = join(scratch, `${name}.jpg`);
  const { ss: fromSeconds = 0 } = source.options;
  const atSeconds = Number(fromSeconds) + (durationMs / 1_000) * AT_FRACTION;
  const box = `scale=w='min(${maxWidth},iw)':h='min(${maxHeight},ih)':force_original_aspect_ratio=decrease`;
  await ffmpeg.run({
    inputs: [{ path: source.path, options: { ...source.options, ss: atSeconds.toFixed(3) } }],
    outputs: [
      {
        path,
        options: {
          map: `0:${source.videoIndex}`,
          // Small before many are kept: fifty frames of a 4K film are 670 MB.
          vf: `${box},thumbnail=${CANDIDATES},format=yuvj420p`,
          "frames:v": 1,
          "q:v": quality,
          fflags: "+bitexact",
          "flags:v": "+bitexact",
          map_metadata: -1,
          f: "mjpeg",
        },
      },
    ],
    durationMs,
    timeLimitMs,
    signal,
  });
  return path;
}
