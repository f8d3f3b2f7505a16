import { join } from "node:path";
import { MINUTE_MS } from "../../clock.ts";
import type { Ffmpeg } from "../ffmpeg.ts";
import { refused } from "../refusal.ts";

export const COVER_MIME = "image/jpeg";

/** What podcast directories ask for: 1,400 pixels square at least, in JPEG. */
const SIDE = 1_400;
/** Nothing else is decoded, whatever the file is called. */
const PICTURE_DEMUXERS = "jpeg_pipe,png_pipe,webp_pipe";
const MAX_SIDE = 10_000;

/**
 * Makes a podcast's cover of a JPEG, PNG or WebP picture: the largest square in its middle, without what the camera
 * wrote into it.
 * @throws {AppError} `invalid` when it is no such picture
 */
export async function makeCover(ffmpeg: Ffmpeg, sourcePath: string, scratch: string): Promise<string> {
  const { ok, stdout } = await ffmpeg.probe(sourcePath, {
    format_whitelist: PICTURE_DEMUXERS,
    of: "csv=p=0",
    show_entries: "stream=width,height:format=format_name",
  });
  const [size = "", demuxer = ""] = stdout.split("\n");
  const [width = 0, height = 0] = size.split(",").map(Number);
  if (!ok || !(width > 0) || !(height > 0)) {
    throw refused(
      "The file is no picture.",
      "Upload the cover as JPEG, PNG or WebP, 1400 × 1400 pixels or more.",
    );
  }
  if (Math.max(width, height) > MAX_SIDE) {
    throw refused(
      `The picture is ${width} × ${height} pixels.`,
      `Upload one of at most ${MAX_SIDE} pixels a side.`,
    );
  }
  const path = join(scratch, "cover.jpg");
  const square = "crop='min(iw,ih)':'min(iw,ih)'";
  await ffmpeg.run({
    inputs: [{ path: sourcePath, options: { f: demuxer.trim() } }],
    outputs: [
      {
        path,
        options: {
          map: "0:v:0",
          vf: `${square},scale=${SIDE}:${SIDE},format=yuvj420p`,
          "frames:v": 1,
          "q:v": 3,
          map_metadata: -1,
          fflags: "+bitexact",
          "flags:v": "+bitexact",
          f: "mjpeg",
        },
      },
    ],
    durationMs: 0,
    timeLimitMs: MINUTE_MS,
    signal: new AbortController().signal,
  });
  return path;
}
