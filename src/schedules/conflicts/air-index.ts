import { selfAndAncestors } from "../../protocol/region-code.ts";
import { lengthAt, longestOf, type PlannedRule } from "./planned-rule.ts";
import { commonAreas, isExcluded } from "./reach.ts";
import type { SharedAir } from "./shared-air.ts";
import { firstAtLeast } from "./sorted.ts";

/** One occurrence of a rule. Instants are epoch ms. */
interface Sounding {
  rule: PlannedRule;
  index: number;
  start: number;
  end: number;
  /** The look-up that met it last: what lies on several shelves counts once. */
  metBy: number;
}

/** Soundings in order of start, and how long the longest of them lasts. */
interface Shelf {
  soundings: Sounding[];
  longestMs: number;
}

/** By area: what names it, and what names something inside it, and which areas those are. */
interface Shelves {
  naming: Map<string, Shelf>;
  inside: Map<string, Shelf>;
  namedInside: Map<string, Set<string>>;
}

/**
 * Every rule against all others at once: occurrences are looked up by area and time, so that the cost goes with what truly
 * meets, and not with the pairs of rules.
 * @param until epoch ms; what starts later is left out
 * @returns the air of one of the rules; `subject` is the same, or a part of its occurrences
 */
export function createAirIndex(
  rules: readonly PlannedRule[],
  until: number,
): (rule: PlannedRule, subject: PlannedRule) => SharedAir {
  const { naming, inside, namedInside } = shelve(rules, until);
  let lookUps = 0;

  return (rule, subject) => {
    const { lineages, areas } = rule.reach;
    const shelves = [
      ...[...new Set(lineages.flat())].flatMap((area) => naming.get(area) ?? []),
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
        for (const [index, start] of subject.starts.entries()) {
          if (!isAsked(index)) continue;
          lookUps += 1;
          const end = start + lengthAt(subject, index) + marginMs;
          for (const shelf of shelves)
            for (const sounding of soundingBetween(shelf, start - marginMs, end)) {
              if (sounding.metBy === lookUps) continue;
              sounding.metBy = lookUps;
              const { rule: other, index: at } = sounding;
              if (other !== rule && areasWith(other).length > 0) visit(other, index, at);
            }
        }
      },
      sharedAreas: () =>
        [...areas]
          .flatMap((area) => [...(namedInside.get(area) ?? [])])
          .filter((area) => !isExcluded(rule.reach, selfAndAncestors(area))),
    };
  };
}

function* soundingBetween({ soundings, longestMs }: Shelf, start: number, end: number): Generator<Sounding> {
  let low = 0;
  let high = soundings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((soundings[middle]?.start ?? end) + longestMs <= start) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < soundings.length; at += 1) {
    const sounding = soundings[at];
    if (!sounding || sounding.start >= end) return;
    if (sounding.end > start) yield sounding;
  }
}

function shelve(rules: readonly PlannedRule[], until: number): Shelves {
  const shelves: Shelves = { naming: new Map(), inside: new Map(), namedInside: new Map() };
  const shelvesOf = new Map(rules.map((rule) => [rule, placesOf(rule, shelves)]));
  const soundings = rules.flatMap((rule) =>
    Array.from(rule.starts.subarray(0, firstAtLeast(rule.starts, until)), (start, index): Sounding => {
      return { rule, index, start, end: start + lengthAt(rule, index), metBy: 0 };
    }),
  );
  soundings.sort((a, b) => a.start - b.start);
  for (const sounding of soundings)
    for (const shelf of shelvesOf.get(sounding.rule) ?? []) shelf.soundings.push(sounding);
  return shelves;
}

/** The shelves that a rule's occurrences belong on. */
function placesOf(rule: PlannedRule, { naming, inside, namedInside }: Shelves): Shelf[] {
  const longestMs = longestOf(rule);
  const shelfOf = (shelves: Map<string, Shelf>, area: string): Shelf => {
    const shelf = shelves.get(area) ?? { soundings: [], longestMs: 0 };
    shelves.set(area, shelf);
    shelf.longestMs = Math.max(shelf.longestMs, longestMs);
    return shelf;
  };
  const enclosing = new Set<string>();
  for (const [area = "", ...around] of rule.reach.lineages) {
    for (const code of around) enclosing.add(code);
    for (const code of [area, ...around]) {
      const named = namedInside.get(code) ?? new Set();
      namedInside.set(code, named.add(area));
    }
  }
  return [
    ...[...rule.reach.areas].map((area) => shelfOf(naming, area)),
    ...[...enclosing].map((area) => shelfOf(inside, area)),
  ];
}
