import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Labels } from "../composition.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import type { SoundContext } from "./work.ts";

export interface Chapter {
  title: string;
  fromMs: number;
  toMs: number;
}

/**
 * Puts title, programme, number, chapters and cover into a finished file without coding again: ID3v2.3 for MP3, which
 * car radios read too, iTunes atoms for MP4. Texts pass through ffmpeg's metadata file, never an argument.
 */
export async function addTags(
  context: SoundContext,
  file: { path: string; muxer: string },
  { labels, chapters, coverPath }: { labels: Labels; chapters: readonly Chapter[]; coverPath: string | null },
): Promise<string> {
  const path = `${file.path}.tagged`;
  const metadata = join(context.scratch, "tags.txt");
  await writeFile(metadata, metadataFile(labels, chapters));
  const cover: FfmpegOptions = coverPath === null ? {} : { "c:v": "copy", "disposition:v:0": "attached_pic" };
  const map = ["0:a:0", ...(coverPath === null ? [] : ["2:v:0"])];
  await context.ffmpeg.run({
    inputs: [
      { path: file.path, options: {} },
      { path: metadata, options: { f: "ffmetadata" } },
      ...(coverPath === null ? [] : [{ path: coverPath, options: { f: "jpeg_pipe" } }]),
    ],
    outputs: [
      {
        path,
        options: {
          map,
          map_metadata: 1,
          map_chapters: 1,
          "c:a": "copy",
          ...cover,
          ...(file.muxer === "mp3" ? { id3v2_version: 3 } : { movflags: "+faststart" }),
          fflags: "+bitexact",
          f: file.muxer,
        },
      },
    ],
    durationMs: context.durationMs,
    timeLimitMs: context.timeLimitMs,
    signal: context.signal,
  });
  return path;
}

/** ffmpeg's metadata format: `key=value`, with `=`, `;`, `#`, `\` and line ends escaped by a backslash. */
function metadataFile({ title, album, track }: Labels, chapters: readonly Chapter[]): string {
  const lines = [
    ";FFMETADATA1",
    entry("title", title),
    entry("album", album),
    entry("genre", "Podcast"),
    ...(track === null ? [] : [entry("track", String(track))]),
  ];
  for (const { title: name, fromMs, toMs } of chapters) {
    lines.push("[CHAPTER]", "TIMEBASE=1/1000", `START=${Math.round(fromMs)}`, `END=${Math.round(toMs)}`);
    lines.push(entry("title", name));
  }
  return `${lines.join("\n")}\n`;
}

const entry = (key: string, value: string): string => `${key}=${value.replace(/[=;#\\\n]/g, "\\$&")}`;
