import { SECOND_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { fetchSlotMs, RETURN_WINDOW_MS } from "../protocol/fetch-slot.ts";

export interface PlaylistGate {
  /**
   * Runs `make`, unless as many as may be are being made already.
   * @throws {AppError} `unavailable`, with a Retry-After that spreads devices as their slots do
   */
  pass<T>(who: { id: string; revision: number }, make: () => Promise<T>): Promise<T>;
}

/** A county that comes back all at once is served in turn: who waits holds no memory here, and comes again by itself. */
export function createPlaylistGate(atOnce: number): PlaylistGate {
  let underWay = 0;
  return {
    async pass({ id, revision }, make) {
      if (underWay >= atOnce) {
        const slotMs = fetchSlotMs(id, revision, RETURN_WINDOW_MS);
        throw new AppError("unavailable", "Too many devices ask for their playlist at once.", {
          hint: "Keep the playlist that you hold and ask again after Retry-After seconds.",
          members: { retryAfter: 1 + Math.ceil(slotMs / SECOND_MS) },
        });
      }
      underWay += 1;
      try {
        return await make();
      } finally {
        underWay -= 1;
      }
    },
  };
}
