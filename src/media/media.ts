import type { Listening } from "./ear/findings.ts";
import type { Probe } from "./media-probe.ts";
import type { LoudnessMethod } from "./sound/level.ts";

/** Who sent or spoke a recording, and when they last did, epoch ms. */
export interface Maker {
  id: string;
  name: string;
  at: number;
}

/** An uploaded original, kept as it came and named by the SHA-256 of its bytes. */
export interface Asset {
  sha256: string;
  bytes: number;
  /** What was found in it when it came; every later pass reads it as that. */
  probe: Probe;
  /** Of its sound, measured where `probe` has a promise or nothing. */
  durationMs: number;
  originalName: string;
  /** What spoke it, and what it says; `null` for a recording. */
  synthetic: { engine: string; text: string } | null;
  /** What was heard in it; `null` until it has been listened to. */
  listening: Listening | null;
  createdAt: number;
}

export const RENDITION_STATES = ["queued", "running", "ready", "failed", "cancelled"] as const;
export type RenditionState = (typeof RENDITION_STATES)[number];

/** A file derived from a composition for one profile. */
export interface Rendition {
  id: string;
  compositionId: string;
  profile: string;
  /** SHA-256 of all that decides its bytes. */
  derivation: string;
  state: RenditionState;
  error: string | null;
  sha256: string | null;
  bytes: number | null;
  mime: string | null;
  durationMs: number | null;
  loudnessLufs: number | null;
  truePeakDbtp: number | null;
  /** How the loudness was reached; the further down, the more the sound was worked on. */
  loudnessBy: LoudnessMethod | null;
  createdAt: number;
  updatedAt: number;
}

/** An original is whatever somebody uploaded: no browser shall interpret it under the server's name. */
export const ORIGINAL_MIME = "application/octet-stream";
/** Of the parts of what is spoken live. */
export const LIVE_MIME = "audio/mpeg";
/** Of speech that the server made itself: browsers play it where it is listened to before it is used. */
export const SPEECH_MIME: Readonly<Record<string, string>> = { wav: "audio/wav", mp3: "audio/mpeg" };
