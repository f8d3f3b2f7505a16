import type { DeviceKind } from "../protocol/messages.ts";

/** An uploaded original, kept as it came and named by the SHA-256 of its bytes. */
export interface Asset {
  sha256: string;
  bytes: number;
  kind: "audio" | "video";
  container: string;
  audioCodec: string;
  videoCodec: string | null;
  durationMs: number;
  originalName: string;
  createdAt: number;
}

export const RENDITION_STATES = ["queued", "running", "ready", "failed"] as const;
export type RenditionState = (typeof RENDITION_STATES)[number];

/** A file derived from an asset for one profile, and the job that makes it. */
export interface Rendition {
  id: string;
  assetSha256: string;
  profile: string;
  state: RenditionState;
  /** Per cent of the work done. */
  progress: number;
  attempts: number;
  error: string | null;
  sha256: string | null;
  bytes: number | null;
  mime: string | null;
  durationMs: number | null;
  loudnessLufs: number | null;
  truePeakDbtp: number | null;
  createdAt: number;
  updatedAt: number;
}

/** An original is whatever somebody uploaded: no browser shall interpret it under the server's name. */
export const ORIGINAL_MIME = "application/octet-stream";

const LOUDSPEAKER_PROFILE = "loudspeaker-mp3";
const TERMINAL_PROFILE = "terminal-mp4";

/** The profile whose rendition a kind of device plays: a terminal shows the picture when there is one. */
export function profileFor(kind: DeviceKind, asset: Pick<Asset, "kind">): string {
  return kind === "terminal" && asset.kind === "video" ? TERMINAL_PROFILE : LOUDSPEAKER_PROFILE;
}

const MAX_NAME_CHARACTERS = 200;

/** The last part of a name as a browser or script sent it, without what would break a log line or a table. */
export function cleanFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  // Control characters and the bidirectional overrides that can make one name look like another.
  const printable = last.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, "").trim();
  return printable.slice(0, MAX_NAME_CHARACTERS).toWellFormed() || "recording";
}
