import type { Span } from "./findings.ts";
import { decibels } from "./readings.ts";

/** Windows in a row of which the same is true, and what was measured in them. */
export interface Stretch extends Span {
  /** Without the windows that told nothing. */
  toldMs: number;
  one: number;
  other: number;
}

/** So much to the contrary does not end a stretch. */
const TOLERATED_MS = 1_100;

/**
 * Collects the stretches of which something is true, window by window. Of a window that tells nothing, as a pause,
 * `isSo` is `null`: it neither ends a stretch nor begins one.
 */
export function createStretches() {
  const found: Stretch[] = [];
  let contraryMs = Number.POSITIVE_INFINITY;
  return {
    found,
    take({ fromMs, toMs }: Span, isSo: boolean | null, one = 0, other = 0): void {
      if (isSo === null) return;
      if (!isSo) {
        contraryMs += toMs - fromMs;
        return;
      }
      let last = found.at(-1);
      if (!last || contraryMs > TOLERATED_MS) {
        last = { fromMs, toMs, toldMs: 0, one: 0, other: 0 };
        found.push(last);
      }
      last.toMs = toMs;
      last.toldMs += toMs - fromMs;
      last.one += one;
      last.other += other;
      contraryMs = 0;
    },
  };
}

/** Nearly all of a short recording is enough, too. */
const NEARLY_ALL = 0.8;

/** Those that are long enough to be told: so long, or nearly all that there is. */
export const lasting = (stretches: readonly Stretch[], leastMs: number, allMs: number): Stretch[] =>
  stretches.filter(({ toldMs }) => toldMs > 0 && toldMs >= Math.min(leastMs, allMs * NEARLY_ALL));

/** By how much the one is above the other, in dB, of what can be told. */
export const differenceDb = ({ one, other }: Pick<Stretch, "one" | "other">): number =>
  Math.max(-120, Math.min(120, decibels(one) - decibels(other)));
