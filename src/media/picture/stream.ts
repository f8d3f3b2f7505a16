import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import {
  PLAYLIST_MIME,
  playlistReference,
  type Stretch,
  withDigests,
} from "../../protocol/stream-playlist.ts";
import type { StreamProfile } from "../profiles.ts";
import type { PictureContext } from "./context.ts";

/** A file that belongs to a rendition beside its own. */
export interface PartFile {
  path: string;
  mime: string;
}

export interface MadeStream {
  /** The master playlist. */
  path: string;
  parts: PartFile[];
}

/**
 * An HLS presentation (RFC 8216) of fragmented MP4, in byte ranges of one file for each quality. Playlists name what
 * they point at by its SHA-256, as everything in the library is named, so a stream is as immutable as any file.
 *
 * @param tracks the pictures in the order of the profile's variants
 * @param nameOf the SHA-256 of a finished file
 */
export async function makeStream(
  context: PictureContext,
  profile: StreamProfile,
  tracks: { picturePaths: readonly string[]; soundPath: string },
  nameOf: (path: string) => Promise<string>,
): Promise<MadeStream> {
  const { picturePaths } = tracks;
  const fileOf = (name: string) => join(context.scratch, `${profile.name}-${name}`);
  await segment(context, profile, [...picturePaths, tracks.soundPath], fileOf);

  const parts: PartFile[] = [];
  const master = fileOf(MASTER);
  for (const at of picturePaths.keys()) {
    const media = fileOf(`${at}.m4s`);
    const playlist = fileOf(`${at}.m3u8`);
    await rename(playlist, media, playlistReference(await nameOf(media), "mp4"));
    await tellDigests(playlist, media);
    await rename(master, playlist, playlistReference(await nameOf(playlist), "m3u8"));
    parts.push({ path: media, mime: "video/mp4" }, { path: playlist, mime: PLAYLIST_MIME });
  }
  return { path: master, parts };
}

const MASTER = "master.m3u8";

/** Lets a playlist point at a file by another name. */
async function rename(playlist: string, file: string, name: string): Promise<void> {
  const text = await readFile(playlist, "utf8");
  await writeFile(playlist, text.replaceAll(basename(file), name));
}

/** A player that does not fetch the whole of a file can check each stretch of it. */
async function tellDigests(playlist: string, media: string): Promise<void> {
  const file = await open(media);
  try {
    const text = await readFile(playlist, "utf8");
    await writeFile(playlist, await withDigests(text, (stretch) => digestOf(file, stretch)));
  } finally {
    await file.close();
  }
}

async function digestOf(file: FileHandle, { offset, bytes }: Stretch): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset);
  if (bytesRead < bytes) throw new Error("a playlist tells of more than its file has");
  return createHash("sha256").update(buffer).digest("hex");
}

/** Cuts finished tracks at their key frames, without coding again; the last input is the sound of every quality. */
async function segment(
  { ffmpeg, durationMs, timeLimitMs, signal }: PictureContext,
  { segmentSeconds, variants }: StreamProfile,
  paths: readonly string[],
  fileOf: (name: string) => string,
): Promise<void> {
  const qualities = [...variants.keys()];
  await ffmpeg.run({
    inputs: paths.map((path) => ({ path, options: {} })),
    outputs: [
      {
        path: fileOf("%v.m3u8"),
        options: {
          map: [...qualities.map((at) => `${at}:v:0`), ...qualities.map(() => `${qualities.length}:a:0`)],
          c: "copy",
          var_stream_map: qualities.map((at) => `v:${at},a:${at}`).join(" "),
          master_pl_name: basename(fileOf(MASTER)),
          hls_time: segmentSeconds,
          hls_playlist_type: "vod",
          hls_segment_type: "fmp4",
          hls_flags: "single_file+independent_segments",
          fflags: "+bitexact",
          f: "hls",
        },
      },
    ],
    durationMs,
    timeLimitMs,
    signal,
  });
}
