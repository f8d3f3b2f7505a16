import { saidOfSlot } from "../../../schedules/said-of-slot.ts";
import { timesOnDate } from "../../../schedules/seasons.ts";
import type { ScheduleDefinition } from "../../api-types.ts";

/** What becomes of single dates of a rule; pure, the server has the last word. */

type Exception = NonNullable<ScheduleDefinition["exceptions"]>[number];
type ExtraDate = NonNullable<ScheduleDefinition["extraDates"]>[number];

/** A date as the rule, or an extra date, has it. */
export interface Slot {
  date: string;
  time: string;
}

export type Change =
  | { kind: "skip" }
  | { kind: "move"; date: string; time: string }
  | { kind: "content"; contentId: string }
  /** As the rule says; an extra date goes. */
  | { kind: "undo" };

/** The definition with one date changed. What was said of all times of the date goes on for the others. */
export function withChange(
  { exceptions = [], extraDates = [], ...rest }: ScheduleDefinition,
  slot: Slot,
  change: Change,
  reason: string,
): ScheduleDefinition {
  const extra = saidOfSlot({ extraDates }, slot);
  if (extra) {
    const kept = extraDates.filter((each) => each !== extra);
    const changed = changedExtra(extra, change, reason);
    return { ...rest, ...listed(exceptions, changed ? [...kept, changed] : kept) };
  }
  const before = saidOfSlot({ exceptions }, slot);
  const others = exceptions.filter((each) => each !== before);
  const ofOtherTimes =
    before !== undefined && before.time === undefined
      ? timesOnDate(rest.rule, slot.date)
          .filter((time) => time !== slot.time)
          .map((time) => ({ ...before, time }))
      : [];
  const changed = changedException(before, slot, change, reason);
  return {
    ...rest,
    ...listed([...others, ...ofOtherTimes, ...(changed ? [changed] : [])], extraDates),
  };
}

function changedExtra(extra: ExtraDate, change: Change, reason: string): ExtraDate | null {
  switch (change.kind) {
    case "move":
      return { ...extra, date: change.date, time: change.time, reason };
    case "content":
      return { ...extra, contentId: change.contentId, reason };
    case "skip":
    case "undo":
      return null;
  }
}

function changedException(
  before: Exception | undefined,
  { date, time }: Slot,
  change: Change,
  reason: string,
): Exception | null {
  if (change.kind === "undo") return null;
  if (change.kind === "skip") return { date, time, skip: true, reason };
  const content = change.kind === "content" ? change.contentId : before?.contentId;
  const moveTo = change.kind === "move" ? awayFrom({ date, time }, change) : before?.moveTo;
  if (content === undefined && moveTo === undefined) return null;
  return {
    date,
    time,
    ...(moveTo === undefined ? {} : { moveTo }),
    ...(content === undefined ? {} : { contentId: content }),
    reason,
  };
}

/** `undefined` for where the rule has it anyway. */
function awayFrom(slot: Slot, { date, time }: Slot): Exception["moveTo"] {
  if (date === slot.date && time === slot.time) return undefined;
  return { ...(date === slot.date ? {} : { date }), ...(time === slot.time ? {} : { time }) };
}

const listed = (exceptions: Exception[], extraDates: ExtraDate[]) => ({
  ...(exceptions.length > 0 ? { exceptions } : {}),
  ...(extraDates.length > 0 ? { extraDates } : {}),
});
