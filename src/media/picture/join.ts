import { join } from "node:path";
import type { PictureProfile } from "../profiles.ts";
import type { PictureContext } from "./context.ts";

/** Puts picture and sound together without coding again, index first so that a player can begin at once. */
export async function joinTracks(
  { ffmpeg, scratch, durationMs, timeLimitMs, signal }: PictureContext,
  { name, muxer }: Pick<PictureProfile, "name" | "muxer">,
  tracks: { picturePath: string; soundPath: string },
): Promise<string> {
  const path = join(scratch, `${name}.${muxer}`);
  await ffmpeg.run({
    inputs: [
      { path: tracks.picturePath, options: {} },
      { path: tracks.soundPath, options: {} },
    ],
    outputs: [
      {
        path,
        options: {
          map: ["0:v:0", "1:a:0"],
          c: "copy",
          movflags: "+faststart",
          fflags: "+bitexact",
          f: muxer,
        },
      },
    ],
    durationMs,
    timeLimitMs,
    signal,
  });
  return path;
}
