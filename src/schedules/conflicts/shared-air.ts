import { selfAndAncestors } from "../../protocol/region-code.ts";
import { lengthAt, longestOf, type PlannedRule, sweep } from "./planned-rule.ts";
import { commonAreas, isExcluded } from "./reach.ts";
import { firstAtLeast } from "./sorted.ts";

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

/** Occurrences in order of start, and how long the longest of them lasts. */
interface Shelf {
  ids: number[];
  longestMs: number;
}

/**
 * Every rule against all others at once: occurrences are looked up by area and time, so that the cost goes with what truly
 * meets, and not with the pairs of rules. @param until epoch ms; what starts later is left out
 */
export function createAirIndex(rules: readonly PlannedRule[], until: number) {
  const counts = rules.map(({ starts }) => firstAtLeast(starts, until));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const ruleOf = new Int32Array(total);
  const indexOf = new Int32Array(total);
  const starts = new Float64Array(total);
  const ends = new Float64Array(total);
  let size = 0;
  for (const [number, rule] of rules.entries()) {
    for (let index = 0; index < (counts[number] ?? 0); index += 1) {
      ruleOf[size] = number;
      indexOf[size] = index;
      starts[size] = rule.starts[index] ?? 0;
      ends[size] = (starts[size] ?? 0) + lengthAt(rule, index);
      size += 1;
    }
  }

  /** By area: what names it, and what names something inside it. */
  const naming = new Map<string, Shelf>();
  const inside = new Map<string, Shelf>();
  const namedInside = new Map<string, Set<string>>();
  const shelvesOf = rules.map((rule) => {
    const longestMs = longestOf(rule);
    const shelve = (shelves: Map<string, Shelf>, area: string): Shelf => {
      const shelf = shelves.get(area) ?? { ids: [], longestMs: 0 };
      shelves.set(area, shelf);
      shelf.longestMs = Math.max(shelf.longestMs, longestMs);
      return shelf;
    };
    const enclosing = new Set<string>();
    for (const [area = "", ...around] of rule.reach.lineages)
      for (const code of [area, ...around]) {
        if (code !== area) enclosing.add(code);
        const named = namedInside.get(code) ?? new Set();
        namedInside.set(code, named.add(area));
      }
    return [
      ...[...rule.reach.areas].map((area) => shelve(naming, area)),
      ...[...enclosing].map((area) => shelve(inside, area)),
    ];
  });
  const inTime = Int32Array.from(starts.keys()).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  for (const id of inTime) for (const { ids } of shelvesOf[ruleOf[id] ?? 0] ?? []) ids.push(id);

  /** By occurrence, the look-up that saw it last: one that is on several shelves counts once. */
  const seenBy = new Int32Array(total);
  let lookUps = 0;

  function lookUp({ ids, longestMs }: Shelf, start: number, end: number, found: (id: number) => void): void {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[ids[middle] ?? 0] ?? 0) + longestMs <= start) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < ids.length; at += 1) {
      const id = ids[at] ?? 0;
      if ((starts[id] ?? 0) >= end) return;
      if ((ends[id] ?? 0) <= start || seenBy[id] === lookUps) continue;
      seenBy[id] = lookUps;
      found(id);
    }
  }

  /** @param rule one of the rules; @param subject the same, or a part of its occurrences */
  return (rule: PlannedRule, subject: PlannedRule): SharedAir => {
    const { lineages, areas } = rule.reach;
    const around = new Set(lineages.flat());
    const shelves = [
      ...[...around].flatMap((area) => naming.get(area) ?? []),
      ...[...areas].flatMap((area) => inside.get(area) ?? []),
    ];
    const common = new Map<PlannedRule, readonly string[]>();
    const areasWith = (other: PlannedRule): readonly string[] => {
      const known = common.get(other) ?? commonAreas(rule.reach, other.reach);
      common.set(other, known);
      return known;
    };
    return {
      areasWith,
      meet(marginMs, isAsked, visit) {
        for (let index = 0; index < subject.starts.length; index += 1) {
          if (!isAsked(index)) continue;
          lookUps += 1;
          const start = (subject.starts[index] ?? 0) - marginMs;
          const end = (subject.starts[index] ?? 0) + lengthAt(subject, index) + marginMs;
          for (const shelf of shelves)
            lookUp(shelf, start, end, (id) => {
              const other = rules[ruleOf[id] ?? 0];
              if (other && other !== rule && areasWith(other).length > 0)
                visit(other, index, indexOf[id] ?? 0);
            });
        }
      },
      sharedAreas: () =>
        [...areas]
          .flatMap((area) => [...(namedInside.get(area) ?? [])])
          .filter((area) => !isExcluded(rule.reach, selfAndAncestors(area))),
    };
  };
}
