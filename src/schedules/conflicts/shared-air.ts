import { type PlannedRule, sweep } from "./planned-rule.ts";
import { commonAreas } from "./reach.ts";

/** What else is heard on the devices of a rule, the subject. */
export interface SharedAir {
  /**
   * Calls `visit` once for every two occurrences, one of the subject's and one of another rule's, that sound on some device
   * at one time, given `marginMs` on either side; in no order. @param isAsked which of the subject's count
   */
  meet(marginMs: number, isAsked: (index: number) => boolean, visit: Visit): void;
  /** The areas of both, the smaller of each two. */
  areasWith(other: PlannedRule): readonly string[];
  /** All areas that other rules name inside the subject's. */
  sharedAreas(): readonly string[];
}
type Visit = (other: PlannedRule, index: number, at: number) => void;

/** One rule against all others, each in turn: what one check costs goes with the number of occurrences. */
export function sharedAirOf(
  subject: PlannedRule,
  others: readonly PlannedRule[],
): SharedAir & { meeting: readonly PlannedRule[] } {
  const shared = new Map<PlannedRule, string[]>();
  for (const other of others) {
    const areas = commonAreas(subject.reach, other.reach);
    if (areas.length > 0) shared.set(other, areas);
  }
  return {
    meeting: [...shared.keys()],
    meet(marginMs, isAsked, visit) {
      for (const other of shared.keys())
        sweep(subject, other, marginMs, (index, at) => {
          if (isAsked(index)) visit(other, index, at);
        });
    },
    areasWith: (other) => shared.get(other) ?? [],
    sharedAreas: () => [...shared.values()].flat(),
  };
}
