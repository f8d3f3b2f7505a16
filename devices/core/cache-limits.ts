export interface CacheLimits {
  /** What all media together may take; `null` for what the disk has. */
  maxBytes: number | null;
  /** Left free on the disk, whoever fills it. */
  keepFreeBytes: number;
  /** How long a file stays after the last broadcast that referred to it. */
  retentionMs: number;
}

export const USUAL_LIMITS: CacheLimits = {
  maxBytes: null,
  keepFreeBytes: 32 * 1024 * 1024,
  retentionMs: 7 * 24 * 60 * 60 * 1000,
};

/** What comes next does not fit, and nothing may be removed for it. */
export class NoRoomError extends Error {}

export interface CacheSpace {
  /** Removes what may go until so many more bytes fit. @throws {NoRoomError} */
  makeRoom(bytes: number): void;
  /** Removes whatever no coming broadcast refers to and whose retention has passed; keeps the rest from ageing. */
  purge(): void;
  usedBytes(): number;
  freeBytes(): number;
}
