import type { Ending, LiveProgramme } from "./output.ts";

/** The air is not held any longer for somebody of whom nothing more comes. */
const STALLED_MS = 10_000;

/**
 * How what is spoken live has ended; `null` while there is something to wait for.
 * @param positionMs how far the whole has come
 * @param isHeard whether any of it has sounded here
 */
export function liveEnding(
  { longestMs, feed }: Pick<LiveProgramme, "longestMs" | "feed">,
  positionMs: number,
  isHeard: boolean,
): Pick<Ending, "complete" | "reason"> | null {
  if (positionMs >= longestMs || (feed.ended && positionMs >= feed.endMs))
    return isHeard ? { complete: true } : { complete: false, reason: "late" };
  return positionMs >= feed.endMs + STALLED_MS ? { complete: false, reason: "stalled" } : null;
}
