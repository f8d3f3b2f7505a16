import type { BroadcastClass } from "../../src/protocol/messages.ts";
import type { Ending, Programme } from "../core/output.ts";

/** Between the page, which has the screen and the sound, and its worker, in which the device lives. */

export type ToPage =
  | { kind: "enrol"; problem: EnrolmentProblem | null }
  /** The device cannot run. */
  | { kind: "trouble"; trouble: Trouble; what: string }
  | { kind: "view"; view: View }
  | { kind: "cue"; cue: Cue }
  | { kind: "identify" }
  | { kind: "bundle-taken"; what: string; isTaken: boolean }
  | { kind: "reload" };

/** What the stage is to do; `id` is of one thing from its preparation to its end. */
export type Cue =
  | { kind: "prepare"; id: number; programme: Programme }
  | { kind: "prepare-live"; id: number; programme: LiveCue }
  /** The next of a voice's parts; `null` for the end. */
  | { kind: "part"; id: number; part: VoicePart | null }
  | { kind: "start"; id: number }
  | { kind: "stop"; id: number }
  | { kind: "tone"; id: number; durationMs: number; volume: number };

/** What became of it. */
export type Answer =
  | { kind: "prepared"; id: number }
  | { kind: "started"; id: number; firstSampleAt: number | null }
  | { kind: "ended"; id: number; ending: Ending }
  | { kind: "failed"; id: number; what: string; isMedia: boolean };

export type ToWorker =
  /** With a code that somebody typed or put into the address, `null` for none. */
  | { kind: "enrol"; code: string | null }
  | { kind: "bundle"; file: File }
  | { kind: "answer"; answer: Answer };

export type EnrolmentProblem = "unreachable" | "unknown" | "used" | "other-kind" | "no-broker" | "refused";
export type Trouble = "another-window" | "failed";

/** What of a voice the page is told before its parts come. */
export interface LiveCue {
  startAt: number;
  volume: number;
}

export interface VoicePart {
  atMs: number;
  bytes: Uint8Array;
}

/** What there is to be shown. Instants are UTC epoch ms, as the server has them. */
export interface View {
  /** The server's time minus that of this machine, `performance.timeOrigin + performance.now()`. */
  aheadMs: number;
  deviceId: string;
  zone: string;
  isOnline: boolean;
  clockTrusted: boolean;
  onAir: Shown | null;
  next: (Shown & { isCached: boolean }) | null;
  faults: string[];
}

export interface Shown {
  id: string;
  class: BroadcastClass;
  programme: string;
  title: string;
  /** What is said, when it is to be read as well. */
  text: string | null;
  checkIn: string | null;
  isSilent: boolean;
  startAt: number;
}
