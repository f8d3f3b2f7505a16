import { Temporal } from "temporal-polyfill";
import type { BroadcastClass, Policy, QuietHours } from "./messages.ts";

const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

/** As sentences name it. A window that ends as it begins is the whole day. */
export const quietWindowText = ({ from, to }: QuietHours): string =>
  from === to ? "(all day)" : `${from}–${to}`;

/** A moment as clocks show it in the zone of a policy. */
export interface LocalMoment {
  /** Counted from 1970-01-01. */
  day: number;
  /** Since midnight, with its fraction. */
  minute: number;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
/** ISO 8601: Monday is 1; 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

const beginsOn = ({ days, dates }: QuietHours, day: number): boolean =>
  (!days && !dates) || (days?.includes(weekdayOf(day)) ?? false) || (dates?.includes(dateOf(day)) ?? false);

function covers(hours: QuietHours, { day, minute }: LocalMoment): boolean {
  const from = minutesOf(hours.from);
  const to = minutesOf(hours.to);
  if (from < to) return minute >= from && minute < to && beginsOn(hours, day);
  // Over midnight (and `from` equal to `to` means the whole day): the early part belongs to yesterday's window.
  return (minute >= from && beginsOn(hours, day)) || (minute < to && beginsOn(hours, day - 1));
}

/** The last answers: the broadcasts of a week are judged for thousands of devices. */
const known = new Map<string, LocalMoment>();
const MAX_KNOWN = 5_000;

export function localMomentOf(zone: string, at: number): LocalMoment {
  const key = `${at} ${zone}`;
  const found = known.get(key);
  if (found) return found;
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
  const day = Math.floor((local.epochMilliseconds + local.offsetNanoseconds / 1e6) / DAY_MS);
  const minute = local.hour * 60 + local.minute + (local.second + local.millisecond / 1_000) / 60;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, { day, minute });
  return { day, minute };
}

/** The quiet window that holds the wall-clock moment, if any; `to` is the first minute that is not quiet. */
export const quietWindowAtLocal = (
  { quietHours }: Pick<Policy, "quietHours">,
  moment: LocalMoment,
): QuietHours | undefined => quietHours.find((hours) => covers(hours, moment));

/** The quiet window that holds `at` (epoch ms) in the policy's zone, if any. */
export const quietWindowAt = (policy: Policy, at: number): QuietHours | undefined =>
  quietWindowAtLocal(policy, localMomentOf(policy.zone, at));

/** A quiet window that begins after the moment and less than `minutes` later, if any. */
export const quietWindowWithin = (
  { quietHours }: Pick<Policy, "quietHours">,
  { day, minute }: LocalMoment,
  minutes: number,
): QuietHours | undefined =>
  quietHours.find((hours) => {
    const from = minutesOf(hours.from);
    for (let ahead = 0; from + ahead * DAY_MINUTES < minute + minutes; ahead += 1)
      if (from + ahead * DAY_MINUTES > minute && beginsOn(hours, day + ahead)) return true;
    return false;
  });

/** What is quiet of a day, in minutes since its midnight, in order and without overlaps. @param day from 1970-01-01 */
export function quietSpansOn(
  { quietHours }: Pick<Policy, "quietHours">,
  day: number,
): { from: number; to: number }[] {
  const spans = quietHours.flatMap((hours) => {
    const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
    if (from < to) return beginsOn(hours, day) ? [{ from, to }] : [];
    return [
      ...(beginsOn(hours, day - 1) && to > 0 ? [{ from: 0, to }] : []),
      ...(beginsOn(hours, day) ? [{ from, to: DAY_MINUTES }] : []),
    ];
  });
  const merged: { from: number; to: number }[] = [];
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

/**
 * Only the daily class keeps quiet hours and counts against the caps of minutes; notices, drills and emergencies are a
 * person's decision of the moment.
 */
export const keepsQuietHours = (broadcastClass: BroadcastClass): boolean => broadcastClass === "daily";
