/** How a screen keeps its picture to the clock. Positions are ms into the whole. */

export interface Part {
  durationMs: number;
}

/** Which part is due at a position, and where in it; `null` after the end. */
export function placeOf(
  parts: readonly Part[],
  positionMs: number,
): { index: number; offsetMs: number } | null {
  let startMs = 0;
  for (const [index, { durationMs }] of parts.entries()) {
    if (positionMs < startMs + durationMs) return { index, offsetMs: Math.max(0, positionMs - startMs) };
    startMs += durationMs;
  }
  return null;
}

/** Where a part begins. */
export const startOf = (parts: readonly Part[], index: number): number =>
  parts.slice(0, index).reduce((sum, { durationMs }) => sum + durationMs, 0);

/** Nobody sees or hears this much. */
const TOLERATED_MS = 15;
/** What would take longer than half a minute to be mended is jumped over. */
const JUMP_MS = 1_500;
/** Changes of pace that are not heard, since the pitch is kept. */
const [LEAST, MOST] = [0.02, 0.05];
const MEND_WITHIN_MS = 1_000;

/** @param aheadMs how far the picture is ahead of the clock; negative when it is behind */
export function paceFor(aheadMs: number): { rate: number } | "jump" {
  if (Math.abs(aheadMs) > JUMP_MS) return "jump";
  if (Math.abs(aheadMs) <= TOLERATED_MS) return { rate: 1 };
  const change = Math.min(MOST, Math.max(LEAST, Math.abs(aheadMs) / MEND_WITHIN_MS));
  return { rate: 1 - Math.sign(aheadMs) * change };
}
