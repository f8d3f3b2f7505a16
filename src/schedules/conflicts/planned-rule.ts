import type { BroadcastClass } from "../../protocol/messages.ts";
import type { Reach } from "./reach.ts";
import { firstAtLeast } from "./sorted.ts";

/** The coming occurrences of a schedule, in order of start; lists of numbers, as there are many. */
export interface PlannedRule {
  /** `null` for one that is not saved. */
  scheduleId: string | null;
  name: string;
  class: BroadcastClass;
  priority: number;
  reach: Reach;
  /** Epoch ms. */
  starts: Float64Array;
  /** The same on the county's clocks. */
  days: Int32Array;
  minutes: Int16Array;
  /** How long those last whose content is known, ms by start. */
  lengths: ReadonlyMap<number, number>;
  /** Of the others. */
  usualMs: number;
  /** The slot that was meant for it; `null` is as long as it likes. */
  slotMs: number | null;
}

/** How long the occurrence lasts, ms. */
export const lengthAt = ({ starts, lengths, usualMs }: PlannedRule, index: number): number =>
  (lengths.size > 0 ? lengths.get(starts[index] ?? 0) : undefined) ?? usualMs;

export const longestOf = ({ lengths, usualMs }: PlannedRule): number =>
  Math.max(usualMs, ...lengths.values());

/** The occurrences with `from <= start < until`. */
export function between(rule: PlannedRule, from: number, until: number): PlannedRule {
  const [first, last] = [firstAtLeast(rule.starts, from), firstAtLeast(rule.starts, until)];
  return {
    ...rule,
    starts: rule.starts.subarray(first, last),
    days: rule.days.subarray(first, last),
    minutes: rule.minutes.subarray(first, last),
  };
}

/** Calls `visit` for every two occurrences that sound at one time, given `marginMs` on either side. */
export function sweep(
  one: PlannedRule,
  other: PlannedRule,
  marginMs: number,
  visit: (index: number, otherIndex: number) => void,
): void {
  const longest = longestOf(other) + marginMs;
  let low = 0;
  for (let index = 0; index < one.starts.length; index += 1) {
    const start = one.starts[index] ?? 0;
    const end = start + lengthAt(one, index) + marginMs;
    while (low < other.starts.length && (other.starts[low] ?? 0) + longest <= start) low += 1;
    for (let at = low; at < other.starts.length && (other.starts[at] ?? 0) < end; at += 1)
      if ((other.starts[at] ?? 0) + lengthAt(other, at) + marginMs > start) visit(index, at);
  }
}
