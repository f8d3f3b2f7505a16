import { MINUTE_MS } from "../../clock.ts";
import {
  type Conflict,
  type ConflictWorld,
  createDates,
  type Dates,
  placeFields,
  timeOf,
} from "./conflict.ts";
import type { PlannedRule } from "./planned-rule.ts";

/** Where what airs is known to last longer than the slot that was meant for it. */
export function slotConflicts(subject: PlannedRule, world: ConflictWorld): Conflict[] {
  const { slotMs, reach } = subject;
  if (slotMs === null) return [];
  const groups = new Map<number, { longest: number; dates: Dates }>();
  for (const [index, start] of subject.starts.entries()) {
    const length = subject.lengths.get(start) ?? 0;
    if (length <= slotMs) continue;
    const minute = subject.minutes[index] ?? 0;
    const group = groups.get(minute) ?? { longest: 0, dates: createDates() };
    groups.set(minute, group);
    group.longest = Math.max(group.longest, length);
    group.dates.add(subject.days[index] ?? 0);
  }
  return [...groups].map(([minute, { longest, dates }]) => {
    const slotMinutes = Math.ceil(longest / MINUTE_MS);
    return {
      kind: "longer-than-slot",
      time: timeOf(minute),
      ...dates.fields(),
      ...placeFields(world, reach.kinds, [...reach.areas]),
      other: null,
      winner: null,
      message: `At ${timeOf(minute)} what airs lasts up to ${slotMinutes} minutes, and its slot is ${slotMs / MINUTE_MS}.`,
      mend: { text: `Shorten it, or make the slot ${slotMinutes} minutes.`, slotMinutes },
    };
  });
}
