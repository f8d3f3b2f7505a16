/** A stretch of media to play from start to end, as files that are there and verified. */
export interface Programme {
  broadcastId: string;
  /** Epoch ms; for the notes of a sink. */
  startAt: number;
  parts: { path: string; durationMs: number }[];
  /** Where to begin, ms into the whole. */
  seekMs: number;
  /** Per cent; 100 leaves the sound as it is. */
  volume: number;
}

export interface Ending {
  /** How far into the whole it came, ms. */
  positionMs: number;
  /** `false` when it was stopped. */
  complete: boolean;
  /** It was measured that the whole of it sounded; left out when that is not known. */
  sensed?: boolean;
}

/** A decoder that is rolled and waits for its instant. */
export interface Prepared {
  /** Resolves with the corrected-clock instant of the first sample. Call at most once. */
  start(): Promise<{ firstSampleAt: number }>;
  /** Settles after `start`; rejects when the output fails. */
  readonly ended: Promise<Ending>;
  /** Silence at once, also before the start. Idempotent. */
  stop(): Promise<void>;
}

/** The media cannot be played, by whatever output. */
export class MediaError extends Error {}

/** Where sound goes. */
export interface Output {
  readonly name: string;
  /** Resolves when the first samples are decoded. @throws {MediaError} or, when the output cannot be opened, another */
  prepare(programme: Programme): Promise<Prepared>;
  /** A sine of 1 kHz, cut off by the signal. */
  testTone(durationMs: number, volume: number, signal: AbortSignal): Promise<void>;
}
