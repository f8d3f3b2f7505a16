import type { Policy } from "../../protocol/messages.ts";
import { selfAndAncestors } from "../../protocol/region-code.ts";
import type { ConflictWorld } from "./conflict.ts";
import { isExcluded, type Reach } from "./reach.ts";

/** A policy that holds somewhere for a rule, and where: areas with the same quiet hours are judged once. */
export interface PolicyPlace {
  policy: Policy;
  areas: string[];
}

export function policyPlaces(reach: Reach, world: ConflictWorld): PolicyPlace[] {
  const places = new Map<string, PolicyPlace>();
  for (const area of reachedAreas(reach, world)) {
    const policy = world.policyOf(area);
    const key = JSON.stringify(policy.quietHours);
    const place = places.get(key);
    if (place) place.areas.push(area);
    else places.set(key, { policy, areas: [area] });
  }
  return [...places.values()];
}

/** A rule's areas, and those inside them that have a policy of their own. */
export function reachedAreas(reach: Reach, world: ConflictWorld): string[] {
  const all = new Set([...reach.areas].flatMap((area) => [area, ...world.areasWithPolicy(area)]));
  return [...all].filter((area) => reach.exclude.size === 0 || !isExcluded(reach, selfAndAncestors(area)));
}
