import type { Item, ReasonCode } from "../../src/protocol/messages.ts";

/** A file that is there and verified, or, with `stream`, what is shown while it is not. */
export interface Part {
  path: string;
  durationMs: number;
  stream?: NonNullable<Item["stream"]>;
}

/** A stretch of media to play from start to end. */
export interface Programme {
  broadcastId: string;
  /** Epoch ms; for the notes of a sink. */
  startAt: number;
  parts: Part[];
  /** Where to begin, ms into the whole. */
  seekMs: number;
  /** Should it begin late all the same, then where it would be by then. */
  joins?: boolean;
  /** Per cent; 100 leaves the sound as it is. */
  volume: number;
  /** Nothing of it is noticed, no picture either. */
  silent?: boolean;
}

/** One of the parts that somebody's voice comes in, which is what its SHA-256 says. */
export interface LiveSound {
  /** Due so long after the start of the whole. */
  atMs: number;
  durationMs: number;
  /** MP3. */
  bytes: Uint8Array;
}

/** The parts of a voice, in order, as they come. */
export interface LiveFeed {
  /** The next part that can still be heard; `null` while it has not come. @param positionMs how far the whole has come */
  take(positionMs: number): LiveSound | null;
  /** Whether something of it can be heard from this position on; lets go of what cannot. */
  hasSound(positionMs: number): boolean;
  /** When the last part that it knows of ends, ms into the whole. */
  readonly endMs: number;
  /** There is no further part to be taken, and will be none. */
  readonly ended: boolean;
  close(): void;
}

/** Somebody who speaks while it sounds. */
export interface LiveProgramme extends Pick<Programme, "broadcastId" | "startAt" | "volume"> {
  /** It is over so long after its start. */
  longestMs: number;
  /** Closed by the output. */
  feed: LiveFeed;
}

export interface Ending {
  /** How far into the whole it came, ms. */
  positionMs: number;
  /** `false` when it was stopped, or ended by itself for a `reason`. */
  complete: boolean;
  reason?: ReasonCode;
  /** Much of it was jumped over on the way there. */
  hasGaps?: boolean;
  /** It was measured that the whole of it sounded; left out when that is not known. */
  sensed?: boolean;
}

/** A decoder that is rolled and waits for its instant. */
export interface Prepared {
  /** Resolves with the corrected-clock instant of the first sample; `null` when it ended without one. Call at most once. */
  start(): Promise<{ firstSampleAt: number } | null>;
  /** Settles after `start`; rejects when the output fails. */
  readonly ended: Promise<Ending>;
  /** Silence at once, also before the start. Idempotent. */
  stop(): Promise<void>;
}

/** The media cannot be played, by whatever output. */
export class MediaError extends Error {}

/** It cannot be shown now, and may be later: a stream that does not come, or what was abandoned while it was prepared. */
export class NotNowError extends Error {}

/** Where sound goes. */
export interface Output {
  readonly name: string;
  /** Shows streams too. One that stalls ends by itself, with `stalled` as the reason. */
  readonly streams?: boolean;
  /** Resolves when the first samples are decoded. Where that can take long it rejects at once when abandoned. @throws {MediaError} {NotNowError} or, when the output cannot be opened, another */
  prepare(programme: Programme, abandoned?: AbortSignal): Promise<Prepared>;
  /** Keeps every part to its instant; what has not come by then is silence. */
  prepareLive(programme: LiveProgramme): Prepared;
  /** A sine of 1 kHz, cut off by the signal. */
  testTone(durationMs: number, volume: number, signal: AbortSignal): Promise<void>;
}
