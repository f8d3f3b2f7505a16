import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { HOUR_MS } from "../clock.ts";
import { refused, SEND_AGAIN, SEND_MEDIA } from "./refusal.ts";

/** What an upload may be: files that hold sound themselves. Playlists, pictures and text are not on the list. */
export const ALLOWED_DEMUXERS =
  "wav,w64,aiff,caf,au,flac,wv,ape,tta,mp3,aac,ac3,eac3,amr,ogg," +
  "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,avi,flv,mpeg,mpegts,mxf";

/** Sample entry codes of common encryption (ISO/IEC 23001-7) and of Apple's and Adobe's schemes. */
const ENCRYPTED_TAGS = new Set(["enca", "encv", "drms", "drmi", "drmt", "aavd"]);
/** BS.1770-4 measures in blocks of 400 ms; less has no loudness. */
const MIN_DURATION_MS = 400;
const MAX_DURATION_MS = 12 * HOUR_MS;
/** From the narrowest telephone to the finest converter; filters cannot be set up for much less. */
const SAMPLE_RATES_HZ = { least: 4_000, most: 768_000 };
const MAX_STREAMS = 32;
const MAX_CHANNELS = 64;
/** 8K; a frame of it takes 50 MB, of which a decoder keeps a few. */
const MAX_PIXELS = 8_192 * 4_320;

const Answer = Type.Object({
  format: Type.Object({
    format_name: Type.String(),
    duration: Type.Optional(Type.String()),
    start_time: Type.Optional(Type.String()),
  }),
  streams: Type.Array(
    Type.Object({
      index: Type.Integer(),
      codec_type: Type.Optional(Type.String()),
      codec_name: Type.Optional(Type.String()),
      codec_tag_string: Type.Optional(Type.String()),
      duration: Type.Optional(Type.String()),
      channels: Type.Optional(Type.Integer()),
      sample_rate: Type.Optional(Type.String()),
      width: Type.Optional(Type.Integer()),
      height: Type.Optional(Type.Integer()),
      disposition: Type.Optional(Type.Object({ default: Type.Integer(), attached_pic: Type.Integer() })),
    }),
  ),
  packets: Type.Array(
    Type.Object({
      side_data_list: Type.Optional(Type.Array(Type.Object({ side_data_type: Type.String() }))),
    }),
  ),
});
type Stream = Static<typeof Answer>["streams"][number];

export interface Probe {
  container: string;
  kind: "audio" | "video";
  audio: { index: number; codec: string; channels: number; sampleRateHz: number };
  video: { index: number; codec: string } | null;
  /** `null` when the container does not say, as a browser's recorder leaves it. */
  durationMs: number | null;
  startMs: number;
  /** The duration is a guess from the bit rate, so a shorter file is not a broken one. */
  estimated: boolean;
  /** How much sound the container promises; `null` when it promises nothing. */
  promisedAudioMs: number | null;
}

/**
 * Reads ffprobe's answer about an upload.
 * @throws {AppError} `invalid`
 */
export function readProbe(json: string, stderr: string): Probe {
  const answer: unknown = JSON.parse(json);
  if (!Value.Check(Answer, answer)) throw refused("The file is not audio or video.", SEND_MEDIA);
  const { format, streams, packets } = answer;
  refuseExcess(streams);
  const sound = streams.filter((stream) => stream.codec_type === "audio");
  const audio = sound.find((stream) => stream.disposition?.default === 1) ?? sound[0];
  if (!audio) throw refused("The file has no sound.", "Upload a recording with at least one audio track.");
  refuseEncrypted(streams, packets, stderr);
  if (
    audio.codec_name === undefined ||
    audio.codec_name === "unknown" ||
    !audio.channels ||
    !Number(audio.sample_rate)
  ) {
    throw refused(
      `The sound is coded in an unknown way (${audio.codec_tag_string ?? "no name"}).`,
      SEND_MEDIA,
    );
  }
  refuseOddRate(Number(audio.sample_rate));
  // A cover picture is a video stream to ffmpeg, but nothing to watch.
  const video = streams.find(
    (stream) => stream.codec_type === "video" && stream.disposition?.attached_pic !== 1,
  );
  const estimated = stderr.includes("Estimating duration from bitrate");
  const durationMs = toMs(format.duration) ?? toMs(audio.duration);
  return {
    container: format.format_name.split(",")[0] ?? format.format_name,
    kind: video ? "video" : "audio",
    audio: {
      index: audio.index,
      codec: audio.codec_name,
      channels: audio.channels,
      sampleRateHz: Number(audio.sample_rate),
    },
    video: video ? { index: video.index, codec: video.codec_name ?? "unknown" } : null,
    durationMs,
    startMs: toMs(format.start_time) ?? 0,
    estimated,
    promisedAudioMs: estimated ? null : (toMs(audio.duration) ?? (video ? null : durationMs)),
  };
}

/** @throws {AppError} `invalid` when a recording is too short to measure or longer than any programme */
export function checkDuration(durationMs: number): void {
  if (durationMs <= 0) throw refused("The recording is empty: its duration is zero.", SEND_AGAIN);
  if (durationMs < MIN_DURATION_MS) {
    throw refused(
      `The recording lasts ${Math.round(durationMs)} ms; at least 400 ms are needed.`,
      SEND_AGAIN,
    );
  }
  if (durationMs > MAX_DURATION_MS) {
    throw refused("The recording is longer than 12 hours.", "Cut it into parts and upload those.");
  }
}

/** What no recording has, and what would take more memory or time than a recording is worth. */
function refuseExcess(streams: readonly Stream[]): void {
  if (streams.length > MAX_STREAMS) {
    throw refused(`The file has ${streams.length} tracks; at most ${MAX_STREAMS} are allowed.`, SEND_MEDIA);
  }
  for (const { width = 0, height = 0, channels = 0 } of streams) {
    if (width * height > MAX_PIXELS) {
      throw refused(
        `The picture has ${width} × ${height} pixels.`,
        "Export it with 4096 × 2160 pixels or fewer.",
      );
    }
    if (channels > MAX_CHANNELS) {
      throw refused(`The sound has ${channels} channels; at most ${MAX_CHANNELS} are allowed.`, SEND_MEDIA);
    }
  }
}

function refuseOddRate(rateHz: number): void {
  if (rateHz >= SAMPLE_RATES_HZ.least && rateHz <= SAMPLE_RATES_HZ.most) return;
  throw refused(
    `The sound has ${rateHz} samples a second.`,
    "Export it with 48,000 samples a second (48 kHz).",
  );
}

function refuseEncrypted(streams: Stream[], packets: Static<typeof Answer>["packets"], stderr: string): void {
  const byTag = streams.some((stream) => ENCRYPTED_TAGS.has(stream.codec_tag_string ?? ""));
  const byPacket = packets.some((packet) =>
    packet.side_data_list?.some(({ side_data_type }) => side_data_type.startsWith("Encryption")),
  );
  if (!byTag && !byPacket && !/DRM protected|encrypted/i.test(stderr)) return;
  throw refused(
    "The file is encrypted (DRM).",
    "Upload the unprotected original; a bought or rented copy cannot be used.",
  );
}

/** How much may be missing before a recording counts as cut off, in milliseconds. */
export const toleratedLossMs = (durationMs: number): number => Math.max(1_000, durationMs * 0.02);

function toMs(seconds: string | undefined): number | null {
  const value = Number(seconds ?? Number.NaN);
  return Number.isFinite(value) ? value * 1_000 : null;
}
