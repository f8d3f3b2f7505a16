import { frameBytes, type PcmFormat } from "./pcm-sink.ts";

/** The command line of a program that takes raw PCM on standard input and puts it out. */
export type PlayerCommand = (format: PcmFormat) => [program: string, ...args: string[]];

/** The format of raw PCM on standard input, for ffmpeg and ffplay; nothing is read ahead of the sound. */
const rawInput = ({ sampleRate, channels }: PcmFormat): string[] => [
  "-hide_banner",
  "-loglevel",
  "error",
  "-fflags",
  "nobuffer",
  "-probesize",
  "32",
  "-f",
  "s16le",
  "-ar",
  `${sampleRate}`,
  "-ch_layout",
  channels === 1 ? "mono" : "stereo",
  "-i",
  "pipe:0",
];

export const ffplay: PlayerCommand = (format) => ["ffplay", "-nodisp", "-autoexit", ...rawInput(format)];

export const mpv: PlayerCommand = ({ sampleRate, channels }) => [
  "mpv",
  "--no-terminal",
  "--no-video",
  "--cache=no",
  "--demuxer=rawaudio",
  `--demuxer-rawaudio-rate=${sampleRate}`,
  `--demuxer-rawaudio-channels=${channels}`,
  "--demuxer-rawaudio-format=s16le",
  "-",
];

/** @param device an ALSA name such as `plughw:1`; the system's default when left out */
export const aplay =
  (device?: string): PlayerCommand =>
  ({ sampleRate, channels }) => [
    "aplay",
    "-q",
    "-t",
    "raw",
    "-f",
    "S16_LE",
    "-r",
    `${sampleRate}`,
    "-c",
    `${channels}`,
    ...(device === undefined ? [] : ["-D", device]),
    "--buffer-time=200000",
    "-",
  ];

export const RTP_PAYLOADS = ["l16", "mp2", "opus"] as const;
export interface RtpTarget {
  address: string;
  port: number;
  payload?: (typeof RTP_PAYLOADS)[number];
  /** How many routers the packets may pass. */
  ttl?: number;
  /** The source address, which says by which interface they go. */
  localAddress?: string;
}

const RTP_CODECS: Record<(typeof RTP_PAYLOADS)[number], string[]> = {
  l16: ["-c:a", "pcm_s16be"],
  mp2: ["-c:a", "mp2", "-b:a", "128k"],
  opus: ["-c:a", "libopus", "-ar", "48000", "-b:a", "48k", "-frame_duration", "20"],
};
/** What fits into an Ethernet frame with all headers, in whole samples. */
const RTP_PACKET_BYTES = 1316;

/**
 * RTP (RFC 3550) to horns that listen on an address of the local network, most often a multicast one. The session's
 * description (RFC 8866) is written to `sdpFile`.
 */
export const rtp =
  ({ address, port, payload = "l16", ttl = 1, localAddress }: RtpTarget, sdpFile: string): PlayerCommand =>
  (format) => {
    const packet = RTP_PACKET_BYTES - (RTP_PACKET_BYTES % frameBytes(format));
    const query = new URLSearchParams({
      ttl: `${ttl}`,
      pkt_size: `${packet}`,
      ...(localAddress === undefined ? {} : { localaddr: localAddress }),
    });
    const target = `rtp://${address}:${port}?${query.toString()}`;
    return [
      "ffmpeg",
      "-nostdin",
      "-y",
      ...rawInput(format),
      ...RTP_CODECS[payload],
      "-flush_packets",
      "1",
      "-f",
      "rtp",
      "-sdp_file",
      sdpFile,
      target,
    ];
  };
