import type { Clock } from "../../src/clock.ts";

export interface ShiftedClock extends Clock {
  jumpTo(instant: number): void;
}

/** A clock that runs as fast as the real one, from another instant on. */
export function createShiftedClock(from: number): ShiftedClock {
  let shiftMs = from - Date.now();
  return {
    now: () => Math.floor(Date.now() + shiftMs),
    steadyMs: () => performance.now(),
    jumpTo: (instant) => void (shiftMs = instant - Date.now()),
  };
}
