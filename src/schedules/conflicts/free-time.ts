import { MINUTE_MS } from "../../clock.ts";
import { keepsQuietHours, quietWindowAtLocal, quietWindowWithin } from "../../protocol/quiet-hours.ts";
import { timeOf } from "./conflict.ts";
import type { PolicyPlace } from "./places.ts";
import { lengthAt, type PlannedRule, sweep } from "./planned-rule.ts";
import type { SharedAir } from "./shared-air.ts";

/** How far from its own time a free one is looked for: three hours. */
const SHIFT_MS = 5 * MINUTE_MS;
const MAX_SHIFTS = 36;
export const MAX_SHIFT_MS = MAX_SHIFTS * SHIFT_MS;

/** Finds the time of day nearest to another at which the subject meets nobody and keeps all quiet hours; remembers it. */
export function createFreeTime(subject: PlannedRule, air: SharedAir, places: readonly PolicyPlace[]) {
  const known = new Map<number, string | null>();
  return (minute: number): string | null => {
    const found = known.has(minute) ? (known.get(minute) ?? null) : nearestFree(subject, minute, air, places);
    known.set(minute, found);
    return found;
  };
}

function nearestFree(
  subject: PlannedRule,
  minute: number,
  air: SharedAir,
  places: readonly PolicyPlace[],
): string | null {
  /** By shift from −MAX_SHIFTS on. */
  const taken = new Uint8Array(2 * MAX_SHIFTS + 1);
  const block = (other: PlannedRule, index: number, at: number) => {
    const start = subject.starts[index] ?? 0;
    const from = (other.starts[at] ?? 0) - start - lengthAt(subject, index);
    const until = (other.starts[at] ?? 0) + lengthAt(other, at) - start;
    const first = Math.max(Math.floor(from / SHIFT_MS) + 1, -MAX_SHIFTS);
    const last = Math.min(Math.ceil(until / SHIFT_MS) - 1, MAX_SHIFTS);
    for (let shift = first; shift <= last; shift += 1) taken[shift + MAX_SHIFTS] = 1;
  };
  const isMoved = (index: number) => subject.minutes[index] === minute;
  air.meet(MAX_SHIFT_MS, isMoved, block);
  sweep(subject, subject, MAX_SHIFT_MS, (index, at) => {
    if (isMoved(index) && !isMoved(at)) block(subject, index, at);
  });
  const isQuiet = (shifted: number): boolean =>
    keepsQuietHours(subject.class) &&
    places.some(({ policy }) =>
      subject.minutes.some((_, index) => {
        if (!isMoved(index)) return false;
        const moment = { day: subject.days[index] ?? 0, minute: shifted };
        const minutes = lengthAt(subject, index) / MINUTE_MS;
        return quietWindowAtLocal(policy, moment) ?? quietWindowWithin(policy, moment, minutes);
      }),
    );
  for (let distance = 1; distance <= MAX_SHIFTS; distance += 1) {
    for (const shift of [distance, -distance]) {
      const shifted = minute + (shift * SHIFT_MS) / MINUTE_MS;
      if (shifted < 0 || shifted >= 1_440 || taken[shift + MAX_SHIFTS] === 1) continue;
      if (!isQuiet(shifted)) return timeOf(shifted);
    }
  }
  return null;
}
