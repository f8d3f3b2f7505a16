import { createAirIndex } from "./air-index.ts";
import { type Conflict, type ConflictWorld, inOrder } from "./conflict.ts";
import { createFreeTime, MAX_SHIFT_MS } from "./free-time.ts";
import { capConflicts, createHeard, type Heard } from "./minutes.ts";
import { overlaps } from "./overlaps.ts";
import { policyPlaces } from "./places.ts";
import { between, longestOf, type PlannedRule } from "./planned-rule.ts";
import { quietConflicts } from "./quiet.ts";
import { type SharedAir, sharedAirOf } from "./shared-air.ts";
import { slotConflicts } from "./slot.ts";

/**
 * What speaks against a rule as it is planned: who else has its devices at the time, quiet hours, its own slot, and the
 * minutes that an area allows. The cost goes with the number of occurrences, never with that of devices.
 * @param subject its occurrences are all ahead
 * @returns in order of their first dates
 */
export function findConflicts(
  subject: PlannedRule,
  others: readonly PlannedRule[],
  world: ConflictWorld,
): Conflict[] {
  const air = sharedAirOf(subject, others);
  const [first = 0] = subject.days;
  const heard = createHeard([subject, ...air.meeting], first, subject.days.at(-1) ?? first);
  return conflictsOf(subject, air, heard, world);
}

/**
 * The same for every one of the rules among all of them, in their order, as far as it starts from `from` on and before
 * `until` (epoch ms); the cost goes with the number of occurrences and of what meets, not with the pairs of rules.
 */
export function findAllConflicts(
  rules: readonly PlannedRule[],
  world: ConflictWorld,
  { from, until }: { from: number; until: number },
): Conflict[][] {
  const subjects = rules.map((rule) => between(rule, from, until));
  const longestMs = rules.reduce((longest, rule) => Math.max(longest, longestOf(rule)), 0);
  const airOf = createAirIndex(rules, until + longestMs + MAX_SHIFT_MS);
  const days = subjects.flatMap(({ days: own }) => [...own.subarray(0, 1), ...own.subarray(-1)]);
  const [first = 0] = days;
  const heard = createHeard(
    rules,
    days.reduce((least, day) => Math.min(least, day), first),
    days.reduce((most, day) => Math.max(most, day), first),
  );
  return rules.map((rule, index) => {
    const subject = subjects[index] ?? rule;
    return conflictsOf(subject, airOf(rule, subject), heard, world);
  });
}

function conflictsOf(subject: PlannedRule, air: SharedAir, heard: Heard, world: ConflictWorld): Conflict[] {
  if (subject.starts.length === 0) return [];
  const places = policyPlaces(subject.reach, world);
  const freeTime = createFreeTime(subject, air, places);
  return inOrder([
    ...overlaps(subject, air, world, freeTime),
    ...quietConflicts(subject, places, world, freeTime),
    ...slotConflicts(subject, world),
    ...capConflicts(subject, air.sharedAreas(), heard, world),
  ]);
}
