import { type Clock, SECOND_MS } from "../clock.ts";

/** `slept`: the process did not run; the wall clock is right. */
export const CLOCK_EVENTS = ["stepped-back", "stepped-forward", "slept"] as const;

export interface ClockEvent {
  kind: (typeof CLOCK_EVENTS)[number];
  byMs: number;
}

/** What NTP corrects by slewing stays below this between two beats. */
const STEP_MS = 5 * SECOND_MS;
const SLEEP_MS = 30 * SECOND_MS;

/**
 * Called at every beat, tells what happened to time since the one before: whether the wall clock moved otherwise than
 * time did, and whether the beat is late. A suspended machine stops the clock that nobody sets (Linux CLOCK_MONOTONIC),
 * so its sleep shows as a step forward.
 */
export function createClockWatch(clock: Clock): () => ClockEvent[] {
  let wall = clock.now();
  let steady = clock.steadyMs();
  return () => {
    const passedMs = clock.steadyMs() - steady;
    const stepMs = clock.now() - wall - passedMs;
    wall += passedMs + stepMs;
    steady += passedMs;
    const events: ClockEvent[] = [];
    if (Math.abs(stepMs) > STEP_MS)
      events.push({
        kind: stepMs < 0 ? "stepped-back" : "stepped-forward",
        byMs: Math.round(Math.abs(stepMs)),
      });
    if (passedMs > SLEEP_MS) events.push({ kind: "slept", byMs: Math.round(passedMs) });
    return events;
  };
}
