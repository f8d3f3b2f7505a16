import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ffmpeg } from "./media-lab.ts";

/** One kind of recording that a media centre may have. */
export interface Sample {
  name: string;
  /** What it is found to be. */
  container: string;
  codec: string;
  channels: number;
  kind: "audio" | "video";
}

type Make = (path: string, speech: string) => Promise<unknown> | void;

const by =
  (...options: string[]): Make =>
  (path, speech) =>
    ffmpeg("-i", speech, ...options, path);

const PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=15:duration=4", "-shortest"];
const film =
  (...options: string[]): Make =>
  (path, speech) =>
    ffmpeg("-i", speech, ...PICTURE, ...options, path);

const withCover =
  (...options: string[]): Make =>
  async (path, speech) => {
    const cover = `${path}.jpg`;
    await ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", cover);
    const map = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v:0", "attached_pic"];
    await ffmpeg("-i", speech, "-i", cover, ...map, ...options, path);
  };

/** Frames of AMR-NB at 4.75 kbit/s (3GPP TS 26.101): no encoder for it is free, but any decoder takes them. */
const amr: Make = (path) => {
  const frame = Buffer.concat([
    Buffer.from([0x04]),
    Buffer.from("9a5c3d71e8b2046f1da3c7590e", "hex").subarray(0, 12),
  ]);
  const frames = Array.from({ length: 200 }, (_, at) => {
    const varied = Buffer.from(frame);
    for (let byte = 1; byte < varied.length; byte += 1)
      varied[byte] = ((varied[byte] ?? 0) + at * 7 + byte) % 256;
    return varied;
  });
  writeFileSync(path, Buffer.concat([Buffer.from("#!AMR\n"), ...frames]));
};

/** An MP3 whose first bytes are lost and whose length nobody wrote down. */
const brokenHead: Make = async (path, speech) => {
  await ffmpeg("-i", speech, "-q:a", "4", "-write_xing", "0", "-id3v2_version", "0", path);
  writeFileSync(
    path,
    Buffer.concat([Buffer.from("\0\0garbage in front of the first frame"), readFileSync(path).subarray(37)]),
  );
};

/** What a telephone keeps of a call: the same frames in its own container. */
const amrIn3gp: Make = async (path, speech) => {
  await amr(`${path}.amr`, speech);
  await ffmpeg("-i", `${path}.amr`, "-c", "copy", path);
};

/** An MP3 of variable rate whose Xing header counts a hundredth of its frames. */
const lyingHead: Make = async (path, speech) => {
  await ffmpeg("-i", speech, "-q:a", "4", path);
  const bytes = readFileSync(path);
  const frames = bytes.indexOf("Xing") + 8;
  bytes.writeUInt32BE(Math.ceil(bytes.readUInt32BE(frames) / 100), frames);
  writeFileSync(path, bytes);
};

/** An MP3 of constant rate with noise in its middle, where the decoder must find the next frame. */
const brokenMiddle: Make = async (path, speech) => {
  await ffmpeg("-i", speech, "-b:a", "64k", path);
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.fill(0x55, middle, middle + 700);
  writeFileSync(path, bytes);
};

const MADE: [name: string, make: Make, found: Omit<Sample, "name">][] = [
  ...[8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000].map(
    (rate): [string, Make, Omit<Sample, "name">] => [
      `wav-${rate}.wav`,
      by("-ar", String(rate)),
      { container: "wav", codec: "pcm_s16le", channels: 1, kind: "audio" },
    ],
  ),
  [
    "24-bit.wav",
    by("-c:a", "pcm_s24le"),
    { container: "wav", codec: "pcm_s24le", channels: 1, kind: "audio" },
  ],
  [
    "float.wav",
    by("-c:a", "pcm_f32le"),
    { container: "wav", codec: "pcm_f32le", channels: 1, kind: "audio" },
  ],
  [
    "adpcm.wav",
    by("-c:a", "adpcm_ima_wav"),
    { container: "wav", codec: "adpcm_ima_wav", channels: 1, kind: "audio" },
  ],
  [
    "a-law.wav",
    by("-ar", "8000", "-c:a", "pcm_alaw"),
    { container: "wav", codec: "pcm_alaw", channels: 1, kind: "audio" },
  ],
  ["long.w64", by(), { container: "w64", codec: "pcm_s16le", channels: 1, kind: "audio" }],
  ["apple.aiff", by(), { container: "aiff", codec: "pcm_s16be", channels: 1, kind: "audio" }],
  ["core.caf", by(), { container: "caf", codec: "pcm_s16be", channels: 1, kind: "audio" }],
  ["sun.au", by(), { container: "au", codec: "pcm_s16be", channels: 1, kind: "audio" }],
  ["cbr.mp3", by("-b:a", "128k"), { container: "mp3", codec: "mp3", channels: 1, kind: "audio" }],
  ["vbr.mp3", by("-q:a", "4"), { container: "mp3", codec: "mp3", channels: 1, kind: "audio" }],
  ["broken-head.mp3", brokenHead, { container: "mp3", codec: "mp3", channels: 1, kind: "audio" }],
  ["broken-middle.mp3", brokenMiddle, { container: "mp3", codec: "mp3", channels: 1, kind: "audio" }],
  ["lying-head.mp3", lyingHead, { container: "mp3", codec: "mp3", channels: 1, kind: "audio" }],
  [
    "cover.mp3",
    withCover("-id3v2_version", "3"),
    { container: "mp3", codec: "mp3", channels: 1, kind: "audio" },
  ],
  ["cover.m4a", withCover("-c:a", "aac"), { container: "mov", codec: "aac", channels: 1, kind: "audio" }],
  ["cover.flac", withCover(), { container: "flac", codec: "flac", channels: 1, kind: "audio" }],
  [
    "plain.m4a",
    by("-ac", "2", "-c:a", "aac"),
    { container: "mov", codec: "aac", channels: 2, kind: "audio" },
  ],
  ["lossless.m4a", by("-c:a", "alac"), { container: "mov", codec: "alac", channels: 1, kind: "audio" }],
  ["raw.aac", by("-c:a", "aac"), { container: "aac", codec: "aac", channels: 1, kind: "audio" }],
  ["plain.flac", by(), { container: "flac", codec: "flac", channels: 1, kind: "audio" }],
  [
    "vorbis.ogg",
    by("-ac", "2", "-c:a", "vorbis", "-strict", "-2"),
    { container: "ogg", codec: "vorbis", channels: 2, kind: "audio" },
  ],
  [
    "chat.opus",
    by("-ar", "48000", "-c:a", "libopus"),
    { container: "ogg", codec: "opus", channels: 1, kind: "audio" },
  ],
  ["call.3gp", amrIn3gp, { container: "mov", codec: "amr_nb", channels: 1, kind: "audio" }],
  ["phone.amr", amr, { container: "amr", codec: "amr_nb", channels: 1, kind: "audio" }],
  ["windows.wma", by("-c:a", "wmav2"), { container: "asf", codec: "wmav2", channels: 1, kind: "audio" }],
  [
    "surround.ac3",
    by("-ac", "6", "-c:a", "ac3"),
    { container: "ac3", codec: "ac3", channels: 6, kind: "audio" },
  ],
  ["surround.flac", by("-ac", "6"), { container: "flac", codec: "flac", channels: 6, kind: "audio" }],
  [
    "film.mkv",
    film("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "libopus", "-ar", "48000"),
    { container: "matroska", codec: "opus", channels: 1, kind: "video" },
  ],
  [
    "film.webm",
    film("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", "-ar", "48000"),
    { container: "matroska", codec: "opus", channels: 1, kind: "video" },
  ],
  [
    "air.ts",
    film("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    { container: "mpegts", codec: "aac", channels: 1, kind: "video" },
  ],
  [
    "disc.mpg",
    film("-c:v", "mpeg2video", "-r", "25", "-c:a", "mp2"),
    { container: "mpeg", codec: "mp2", channels: 1, kind: "video" },
  ],
  [
    "old.avi",
    film("-c:v", "mpeg4", "-c:a", "libmp3lame"),
    { container: "avi", codec: "mp3", channels: 1, kind: "video" },
  ],
  [
    "web.flv",
    film("-c:v", "flv", "-ar", "44100", "-c:a", "libmp3lame"),
    { container: "flv", codec: "mp3", channels: 1, kind: "video" },
  ],
  [
    "windows.wmv",
    film("-c:v", "wmv2", "-c:a", "wmav2"),
    { container: "asf", codec: "wmav2", channels: 1, kind: "video" },
  ],
  [
    "phone.3gp",
    film("-c:v", "h263", "-s", "352x288", "-c:a", "aac"),
    { container: "mov", codec: "aac", channels: 1, kind: "video" },
  ],
  [
    "turned.mov",
    async (path, speech) => {
      await film("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")(`${path}.mp4`, speech);
      await ffmpeg("-i", `${path}.mp4`, "-c", "copy", "-metadata:s:v:0", "rotate=90", path);
    },
    { container: "mov", codec: "aac", channels: 1, kind: "video" },
  ],
];

/** Makes one recording of every kind, four seconds of the same speech each, in a folder. */
export async function makeCorpus(folder: string, source: string): Promise<Sample[]> {
  const speech = join(folder, "source.wav");
  await ffmpeg("-i", source, "-t", "4", speech);
  for (const [name, make] of MADE) await make(join(folder, name), speech);
  // Another program's files, too.
  const sox = join(folder, "sox.flac");
  execFileSync("sox", [speech, sox]);
  const samples = MADE.map(([name, , found]) => ({ name, ...found }));
  if (!existsSync(sox)) throw new Error("sox made nothing");
  return [...samples, { name: "sox.flac", container: "flac", codec: "flac", channels: 1, kind: "audio" }];
}
