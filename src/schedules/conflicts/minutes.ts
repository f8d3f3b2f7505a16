import { MINUTE_MS } from "../../clock.ts";
import type { DeviceKind } from "../../protocol/messages.ts";
import { keepsQuietHours } from "../../protocol/quiet-hours.ts";
import { selfAndAncestors } from "../../protocol/region-code.ts";
import { mondayOf } from "../day.ts";
import { type Conflict, type ConflictWorld, createDates, placeFields } from "./conflict.ts";
import { reachedAreas } from "./places.ts";
import { lengthAt, type PlannedRule } from "./planned-rule.ts";
import { outermostOf } from "./reach.ts";

/** How many minutes of the daily class are heard in an area, on a day and in the week that holds it. */
export interface Heard {
  onDay(kind: DeviceKind, area: string, day: number): number;
  inWeekOf(kind: DeviceKind, area: string, day: number): number;
}

/**
 * Adds up what is heard where, once somebody asks: most areas have no cap. Each rule gives its minutes to its areas and takes
 * them from those that it leaves out, so that an area's sum is that of what encloses it.
 * @param from first day, @param until last day that is asked about
 */
export function createHeard(rules: readonly PlannedRule[], from: number, until: number): Heard {
  const first = mondayOf(from);
  const span = mondayOf(until) + 7 - first;
  let named: Map<string, Float64Array> | null = null;
  const heard = new Map<string, Float64Array>();

  function heardIn(kind: DeviceKind, area: string): Float64Array {
    const key = keyOf(kind, area);
    const known = heard.get(key);
    if (known) return known;
    named ??= sumByName(rules, first, span);
    const sum = new Float64Array(span);
    for (const code of selfAndAncestors(area)) {
      const own = named.get(keyOf(kind, code));
      if (own) addTo(sum, own, 1);
    }
    heard.set(key, sum);
    return sum;
  }

  return {
    onDay: (kind, area, day) => (heardIn(kind, area)[day - first] ?? 0) / MINUTE_MS,
    inWeekOf(kind, area, day) {
      const monday = mondayOf(day) - first;
      const week = heardIn(kind, area).subarray(monday, monday + 7);
      return week.reduce((sum, ms) => sum + ms, 0) / MINUTE_MS;
    },
  };
}

const keyOf = (kind: DeviceKind, area: string): string => `${kind} ${area}`;

function addTo(sum: Float64Array, other: Float64Array, sign: 1 | -1): void {
  for (let index = 0; index < sum.length; index += 1)
    sum[index] = (sum[index] ?? 0) + sign * (other[index] ?? 0);
}

/** Of what names an area, ms by day from `first` on. */
function sumByName(rules: readonly PlannedRule[], first: number, span: number): Map<string, Float64Array> {
  const sums = new Map<string, Float64Array>();
  for (const rule of rules) {
    if (!keepsQuietHours(rule.class)) continue;
    const onDays = new Float64Array(span);
    for (let index = 0; index < rule.days.length; index += 1) {
      const day = (rule.days[index] ?? 0) - first;
      if (day >= span) break;
      if (day >= 0) onDays[day] = (onDays[day] ?? 0) + lengthAt(rule, index);
    }
    const add = (kind: DeviceKind, area: string, sign: 1 | -1) => {
      const sum = sums.get(keyOf(kind, area)) ?? new Float64Array(span);
      sums.set(keyOf(kind, area), sum);
      addTo(sum, onDays, sign);
    };
    for (const kind of rule.reach.kinds) {
      for (const area of rule.reach.areas) add(kind, area, 1);
      for (const area of rule.reach.exclude) add(kind, area, -1);
    }
  }
  return sums;
}

/** The days and weeks on which an area hears more of the daily class than it allows. @param shared see `SharedAir` */
export function capConflicts(
  subject: PlannedRule,
  shared: readonly string[],
  heard: Heard,
  world: ConflictWorld,
): Conflict[] {
  if (!keepsQuietHours(subject.class)) return [];
  const places = new Set([...reachedAreas(subject.reach, world), ...shared]);
  const over = {
    "daily-minutes": { areas: new Set<string>(), dates: createDates(), worst: 0, cap: 0 },
    "weekly-minutes": { areas: new Set<string>(), dates: createDates(), worst: 0, cap: 0 },
  };
  const judge = (
    name: keyof typeof over,
    area: string,
    minutesOn: (day: number) => number,
    cap: number | undefined,
  ) => {
    if (cap === undefined) return;
    const found = over[name];
    for (const day of subject.days) {
      const minutes = minutesOn(day);
      if (minutes <= cap) continue;
      found.areas.add(area);
      found.dates.add(day);
      if (minutes > found.worst) Object.assign(found, { worst: minutes, cap });
    }
  };
  for (const area of places) {
    const { dailyMinutesCap, weeklyMinutesCap } = world.policyOf(area);
    for (const kind of subject.reach.kinds) {
      judge("daily-minutes", area, (day) => heard.onDay(kind, area, day), dailyMinutesCap);
      judge("weekly-minutes", area, (day) => heard.inWeekOf(kind, area, day), weeklyMinutesCap);
    }
  }
  return (["daily-minutes", "weekly-minutes"] as const).flatMap((kind) => {
    const { areas, dates, worst, cap } = over[kind];
    if (areas.size === 0) return [];
    const span = kind === "daily-minutes" ? "day" : "week";
    return [
      {
        kind,
        time: null,
        ...dates.fields(),
        ...placeFields(world, subject.reach.kinds, outermostOf([...areas])),
        other: null,
        winner: null,
        message: `Up to ${Math.ceil(worst)} minutes a ${span} where ${cap} are allowed: what does not fit is left out there: what a smaller area ordered, then the lower priority, then the later.`,
        mend: { text: `Skip these dates, leave out these areas, or shorten what airs on them.` },
      },
    ];
  });
}
