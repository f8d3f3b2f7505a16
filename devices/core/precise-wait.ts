import { nextTurn, wait } from "./wait.ts";

/** Timers of the event loop are up to some milliseconds late; the rest is spent turning the loop. */
const LAST_STRETCH_MS = 8;
const CHECK_EVERY_MS = 100;

/** Resolves when `leftMs()` has run out, within about a millisecond, or soon after `isCancelled()`. */
export async function untilExactly(leftMs: () => number, isCancelled: () => boolean): Promise<void> {
  for (let left = leftMs(); left > LAST_STRETCH_MS && !isCancelled(); left = leftMs()) {
    await wait(Math.min(left - LAST_STRETCH_MS, CHECK_EVERY_MS));
  }
  while (leftMs() > 0 && !isCancelled()) await nextTurn();
}
