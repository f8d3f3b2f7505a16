import type { DeviceKind } from "../../protocol/messages.ts";
import { authorityOf, type RegionLevel, selfAndAncestors } from "../../protocol/region-code.ts";

/** Whom a rule is for, prepared to be compared with others by the prefixes of areas. */
export interface Reach {
  kinds: readonly DeviceKind[];
  areas: ReadonlySet<string>;
  exclude: ReadonlySet<string>;
  /** Of each area, itself and what encloses it. */
  lineages: readonly string[][];
  authority: RegionLevel;
}

export function reachOf(
  areas: readonly string[],
  kinds: readonly DeviceKind[],
  exclude: readonly string[],
): Reach {
  const lineages = outermostLineages(areas);
  const outer = lineages.flatMap(([area]) => area ?? []);
  return {
    kinds,
    areas: new Set(outer),
    exclude: new Set(outermostOf(exclude)),
    lineages,
    authority: authorityOf(outer),
  };
}

/** Of the areas that lie in no other of them, each with what encloses it. */
function outermostLineages(areas: readonly string[]): string[][] {
  const given = new Set(areas);
  return [...given]
    .map(selfAndAncestors)
    .filter(([, ...enclosing]) => !enclosing.some((code) => given.has(code)));
}

export const outermostOf = (areas: readonly string[]): string[] =>
  outermostLineages(areas).flatMap(([area]) => area ?? []);

export const isExcluded = ({ exclude }: Reach, lineage: readonly string[]): boolean =>
  exclude.size > 0 && lineage.some((code) => exclude.has(code));

export const commonKinds = (one: Reach, other: Reach): DeviceKind[] =>
  one.kinds.filter((kind) => other.kinds.includes(kind));

/** The areas that both reach, the smaller of each two; empty when they cannot meet on any device. */
export function commonAreas(one: Reach, other: Reach): string[] {
  if (commonKinds(one, other).length === 0) return [];
  const common: string[] = [];
  const addInside = (a: Reach, isMet: (lineage: readonly string[]) => boolean) => {
    for (const lineage of a.lineages)
      if (isMet(lineage) && !isExcluded(one, lineage) && !isExcluded(other, lineage))
        common.push(lineage[0] ?? "");
  };
  addInside(one, (lineage) => lineage.some((code) => other.areas.has(code)));
  // An area that both name is there already.
  addInside(other, ([, ...enclosing]) => enclosing.some((code) => one.areas.has(code)));
  return common;
}
