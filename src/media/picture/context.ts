import type { Ffmpeg } from "../ffmpeg.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";

/** What every step of making a picture knows. */
export interface PictureContext {
  ffmpeg: Ffmpeg;
  source: { path: string; options: FfmpegOptions; videoIndex: number };
  durationMs: number;
  /** A folder for what is made on the way; removed by the caller. */
  scratch: string;
  timeLimitMs: number;
  signal: AbortSignal;
}
