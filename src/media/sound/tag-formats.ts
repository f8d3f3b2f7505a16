import type { FfmpegOptions } from "../ffmpeg-options.ts";

/** How one format of files carries title, chapters and cover. */
export interface TagFormat {
  options: FfmpegOptions;
  /** As a track of its own, or as text among the comments (ffmpeg writes no track for it). */
  picture: "track" | "comment";
  /** Written by ffmpeg's muxer, or spelled out as comments: its FLAC has none, and its Ogg's are a second off. */
  chapters: "muxer" | "comment";
}

const MP4: TagFormat = { options: { movflags: "+faststart" }, picture: "track", chapters: "muxer" };
const OGG: TagFormat = { options: {}, picture: "comment", chapters: "comment" };

const TAG_FORMATS: Record<string, TagFormat> = {
  // Version 3, which car radios read too.
  mp3: { options: { id3v2_version: 3 }, picture: "track", chapters: "muxer" },
  mp4: MP4,
  ipod: MP4,
  ogg: OGG,
  opus: OGG,
  flac: { options: {}, picture: "track", chapters: "comment" },
};

/** ffmpeg's output formats that can carry what a tagged profile promises. */
export const TAGGABLE_MUXERS: readonly string[] = Object.keys(TAG_FORMATS);

export function tagFormatOf(muxer: string): TagFormat {
  const format = TAG_FORMATS[muxer];
  if (!format) throw new Error(`"${muxer}" carries no tags; profiles that ask for it are refused at start.`);
  return format;
}
