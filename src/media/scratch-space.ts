import { AppError } from "../errors.ts";

/** There is no room for the work yet: nobody's failure, however often it is so. */
export class NoRoomYet extends AppError {}

/** Room for what is made on the way, until `release`. */
export interface ScratchSpace {
  /** @throws {NoRoomYet} */
  reserve(bytes: number): () => void;
}

/**
 * What running jobs may yet write beside the library, so that the disk is never full in the middle of a broadcast.
 * What a job has written already is counted twice, as taken and as promised, which only makes others wait.
 * @param reserveBytes must stay free
 */
export function createScratchSpace(freeBytes: () => number, reserveBytes: number): ScratchSpace {
  let promisedBytes = 0;
  return {
    reserve(bytes) {
      const leftBytes = freeBytes() - promisedBytes - reserveBytes;
      if (bytes > leftBytes) {
        const gigabytes = (value: number) => (Math.max(0, value) / 1024 ** 3).toFixed(1);
        throw new NoRoomYet(
          "unavailable",
          `It waits for room: ${gigabytes(bytes)} GB are needed while it is made, and ${gigabytes(leftBytes)} GB may be used.`,
          { hint: "Free some space on the media disk; it goes on by itself." },
        );
      }
      promisedBytes += bytes;
      return () => void (promisedBytes -= bytes);
    },
  };
}
