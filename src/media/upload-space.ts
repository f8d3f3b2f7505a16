import type { Pending } from "./housekeeping/watermarks.ts";

/** Room for one upload, until it ends. */
export interface Reservation {
  /**
   * Has room for so many bytes in all; grows in steps for a body that did not say its length.
   * @throws {AppError} `no_space`
   */
  cover(bytes: number): void;
  end(): void;
}

export type UploadSpace = ReturnType<typeof createUploadSpace>;

/** At most so much more than it needs is denied to others by an upload of unknown length. */
const STEP_BYTES = 16 * 1024 * 1024;

/**
 * What uploads of every kind have been promised and not filled yet. All of it happens in one turn of the event loop, so
 * that two that begin at once see each other.
 * @param mayUpload throws when there is no room for so many bytes beside what is under way
 */
export function createUploadSpace(mayUpload: (bytes: number, pending: Pending) => void) {
  const promised = new Set<{ bytes: number; arrived: () => number }>();

  function pending(): Pending {
    const sum: Pending = { arrivedBytes: 0, comingBytes: 0 };
    for (const { bytes, arrived } of promised) {
      const arrivedBytes = arrived();
      sum.arrivedBytes += arrivedBytes;
      sum.comingBytes += Math.max(0, bytes - arrivedBytes);
    }
    return sum;
  }

  /** Room that was promised before a restart. @param arrived how many bytes of it are on the disk */
  function hold(bytes: number, arrived: () => number): Reservation {
    const promise = { bytes, arrived };
    promised.add(promise);
    return {
      cover(needed) {
        if (needed <= promise.bytes) return;
        mayUpload(STEP_BYTES, pending());
        promise.bytes = needed + STEP_BYTES;
      },
      end: () => void promised.delete(promise),
    };
  }

  return {
    hold,
    /** @throws {AppError} `no_space` when there is no room for it beside the others */
    reserve(bytes: number, arrived: () => number): Reservation {
      mayUpload(bytes, pending());
      return hold(bytes, arrived);
    },
  };
}
