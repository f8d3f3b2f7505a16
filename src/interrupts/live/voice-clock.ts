import type { Clock } from "../../clock.ts";

/** The time of a voice, by the clock that nobody sets; and how far the wall clock was set meanwhile. */
export function createVoiceClock(clock: Clock) {
  /** The start, by `steadyMs`. */
  let zeroMs = Number.POSITIVE_INFINITY;
  let wallAheadMs = clock.now() - clock.steadyMs();
  return {
    /** @param startAt epoch ms, by the wall clock of this moment */
    begin: (startAt: number): void => void (zeroMs = clock.steadyMs() + startAt - clock.now()),
    /** How far the whole has come, ms after the start; negative before it. */
    positionMs: (): number => clock.steadyMs() - zeroMs,
    /** By how much the wall clock was set and not followed yet, ms. */
    stepMs: (): number => Math.round(clock.now() - clock.steadyMs() - wallAheadMs),
    follow: (stepMs: number): void => void (wallAheadMs += stepMs),
  };
}
export type VoiceClock = ReturnType<typeof createVoiceClock>;
