import { isDeepStrictEqual } from "node:util";
import { formatDay, parseDay } from "./day.ts";
import { MAX_LIST, type ScheduleDefinition } from "./schedule.ts";
import { createWallClock } from "./wall-clock.ts";

type Exception = NonNullable<ScheduleDefinition["exceptions"]>[number];
type ExtraDate = NonNullable<ScheduleDefinition["extraDates"]>[number];

/** Tells exceptions and extra dates that are over from those that still decide about a date to come. @param now epoch ms */
function judgeAt({ zone }: ScheduleDefinition, now: number) {
  const wallClock = createWallClock(zone);
  const today = formatDay(wallClock.dayAt(now));
  return {
    today,
    isOver: ({ date, moveTo }: Exception) => date < today && (moveTo?.date ?? date) < today,
    hasAired: ({ date, time }: ExtraDate) => wallClock.instantOf(parseDay(date) ?? 0, time) <= now,
  };
}

/**
 * What a schedule means from now on, as for a server that has no part in its history: a date that was brought forward to
 * a day that is over is skipped.
 */
export function withoutHistory(definition: ScheduleDefinition, now: number): ScheduleDefinition {
  const { exceptions = [], extraDates = [], ...rest } = definition;
  const { today, isOver, hasAired } = judgeAt(definition, now);
  const ahead = exceptions
    .filter((each) => !isOver(each))
    .map(({ moveTo, contentId, ...slot }): Exception => {
      if (moveTo?.date !== undefined && moveTo.date < today) return { ...slot, skip: true };
      return { ...slot, ...(moveTo ? { moveTo } : {}), ...(contentId === undefined ? {} : { contentId }) };
    });
  return {
    ...rest,
    ...listed(
      ahead,
      extraDates.filter((each) => !hasAired(each)),
    ),
  };
}

/**
 * With what is over of the definition before, which still explains the dates that it was about; of that the newest, as far
 * as a definition has room. @param now epoch ms
 */
export function withHistory(
  definition: ScheduleDefinition,
  before: ScheduleDefinition,
  now: number,
): ScheduleDefinition {
  const { exceptions = [], extraDates = [], ...rest } = definition;
  const { isOver, hasAired } = judgeAt(before, now);
  const isIn = (list: readonly object[]) => (one: object) =>
    list.some((each) => isDeepStrictEqual(each, one));
  const past = (before.exceptions ?? []).filter((each) => isOver(each) && !isIn(exceptions)(each));
  const aired = (before.extraDates ?? []).filter((each) => hasAired(each) && !isIn(extraDates)(each));
  // At the end: what is wrong with one of the others is told by its place.
  return {
    ...rest,
    ...listed(
      [...exceptions, ...newest(past, MAX_LIST - exceptions.length)],
      [...extraDates, ...newest(aired, MAX_LIST - extraDates.length)],
    ),
  };
}

const newest = <T extends { date: string }>(list: readonly T[], atMost: number): T[] =>
  list.toSorted((one, other) => (one.date < other.date ? 1 : -1)).slice(0, atMost);

const listed = (exceptions: Exception[], extraDates: ExtraDate[]) => ({
  ...(exceptions.length > 0 ? { exceptions } : {}),
  ...(extraDates.length > 0 ? { extraDates } : {}),
});
