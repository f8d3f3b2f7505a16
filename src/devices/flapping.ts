import { MINUTE_MS } from "../clock.ts";

/** How much a device has come and gone of late; each time adds one, and half of it is forgotten in `HALF_LIFE_MS`. */
export interface Unrest {
  unrest: number;
  /** Epoch ms of the last coming or going. */
  unrestAt: number;
}

/** After the route flap damping of RFC 2439 §4.4, whose figure of merit decays in the same way. */
const HALF_LIFE_MS = 15 * MINUTE_MS;
/** Reached by three goings and comings within a few minutes. */
const UNSTABLE = 5;
/** It counts as unstable until it has been quiet for long enough, or it would flap between the two. */
const STABLE_AGAIN = 2;

export const unrestAt = ({ unrest, unrestAt: at }: Unrest, now: number): number =>
  unrest * 2 ** -(Math.max(0, now - at) / HALF_LIFE_MS);

export const comingOrGoing = (before: Unrest, now: number): Unrest => ({
  unrest: unrestAt(before, now) + 1,
  unrestAt: now,
});

export const isUnstable = (unrest: Unrest, now: number, wasUnstable: boolean): boolean =>
  unrestAt(unrest, now) >= (wasUnstable ? STABLE_AGAIN : UNSTABLE);
