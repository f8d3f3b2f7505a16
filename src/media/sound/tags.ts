import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Labels } from "../composition.ts";
import type { FfmpegJob } from "../ffmpeg.ts";
import type { FfmpegOptions } from "../ffmpeg-options.ts";
import { type TagFormat, tagFormatOf } from "./tag-formats.ts";

export interface Chapter {
  title: string;
  fromMs: number;
  toMs: number;
}

export interface Tags {
  labels: Labels;
  chapters: readonly Chapter[];
  coverPath: string;
}

/** What an encoding reads and says beside the sound, so that its file comes out tagged. */
export interface Tagging {
  inputs: FfmpegJob["inputs"];
  /** By how much they make the file larger, at most. */
  bytes: number;
  /** `map` is what goes in beside the sound; `at` is the number of the first of `inputs`. */
  optionsAt(at: number): FfmpegOptions & { map: string[] };
}

/**
 * Title, programme, number, chapters and cover as a format carries them: ID3v2.3 for MP3, iTunes atoms for MP4, Vorbis
 * comments for Ogg and FLAC. Texts pass through ffmpeg's metadata file, never an argument.
 */
export async function prepareTags(
  scratch: string,
  { name, muxer }: { name: string; muxer: string },
  tags: Tags,
): Promise<Tagging> {
  const format = tagFormatOf(muxer);
  const metadata = join(scratch, `${name}.tags`);
  const text = await metadataFile(tags, format);
  await writeFile(metadata, text);
  const isTrack = format.picture === "track";
  const { size } = await stat(tags.coverPath);
  return {
    inputs: [
      { path: metadata, options: { f: "ffmetadata" } },
      ...(isTrack ? [{ path: tags.coverPath, options: { f: "jpeg_pipe" } }] : []),
    ],
    bytes: Buffer.byteLength(text) + size,
    optionsAt: (at) => ({
      map: isTrack ? [`${at + 1}:v:0`] : [],
      ...(isTrack ? { "c:v": "copy", "disposition:v:0": "attached_pic" } : {}),
      map_metadata: at,
      map_chapters: format.chapters === "muxer" ? at : -1,
      ...format.options,
    }),
  };
}

/** ffmpeg's metadata format: `key=value`, with `=`, `;`, `#`, `\` and line ends escaped by a backslash. */
async function metadataFile(
  { labels: { title, album, track }, chapters, coverPath }: Tags,
  format: TagFormat,
): Promise<string> {
  const lines = [
    ";FFMETADATA1",
    entry("title", title),
    entry("album", album),
    entry("genre", "Podcast"),
    ...(track === null ? [] : [entry("track", String(track))]),
    ...(format.chapters === "comment" ? chapters.flatMap(chapterComments) : []),
    ...(format.picture === "comment" ? [entry("METADATA_BLOCK_PICTURE", await pictureBlock(coverPath))] : []),
  ];
  if (format.chapters === "muxer") {
    for (const { title: name, fromMs, toMs } of chapters) {
      lines.push("[CHAPTER]", "TIMEBASE=1/1000", `START=${Math.round(fromMs)}`, `END=${Math.round(toMs)}`);
      lines.push(entry("title", name));
    }
  }
  return `${lines.join("\n")}\n`;
}

const entry = (key: string, value: string): string => `${key}=${value.replace(/[=;#\\\n]/g, "\\$&")}`;

/** The "Chapter Extension" of Vorbis comments: CHAPTER001=00:02:30.500, CHAPTER001NAME=… */
function chapterComments({ title, fromMs }: Chapter, index: number): string[] {
  const key = `CHAPTER${String(index).padStart(3, "0")}`;
  const ms = Math.round(fromMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1_000) % 60];
  const at = `${clock.map(two).join(":")}.${String(ms % 1_000).padStart(3, "0")}`;
  return [entry(key, at), entry(`${key}NAME`, title)];
}

const FRONT_COVER = 3;

/** FLAC's picture block (RFC 9639, 8.8) in base64, as Ogg files carry it. A size of 0 leaves it to the picture. */
async function pictureBlock(path: string): Promise<string> {
  const picture = await readFile(path);
  const mime = Buffer.from("image/jpeg", "latin1");
  const head = Buffer.alloc(32 + mime.length);
  head.writeUInt32BE(FRONT_COVER, 0);
  head.writeUInt32BE(mime.length, 4);
  mime.copy(head, 8);
  // Between: no description; width, height, depth and colours unsaid.
  head.writeUInt32BE(picture.length, head.length - 4);
  return Buffer.concat([head, picture]).toString("base64");
}
