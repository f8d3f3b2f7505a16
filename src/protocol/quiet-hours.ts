import { Temporal } from "temporal-polyfill";
import type { BroadcastClass, Policy, QuietHours } from "./messages.ts";

type LocalMoment = { date: Temporal.PlainDate; time: Temporal.PlainTime };

const beginsOn = (hours: QuietHours, date: Temporal.PlainDate): boolean =>
  (!hours.days && !hours.dates) ||
  (hours.days?.includes(date.dayOfWeek) ?? false) ||
  (hours.dates?.includes(date.toString()) ?? false);

function covers(hours: QuietHours, { date, time }: LocalMoment): boolean {
  const from = Temporal.PlainTime.from(hours.from);
  const to = Temporal.PlainTime.from(hours.to);
  const afterFrom = Temporal.PlainTime.compare(time, from) >= 0;
  const beforeTo = Temporal.PlainTime.compare(time, to) < 0;
  if (Temporal.PlainTime.compare(from, to) < 0) return beginsOn(hours, date) && afterFrom && beforeTo;
  // Over midnight (and `from` equal to `to` means the whole day): the early part belongs to yesterday's window.
  return (beginsOn(hours, date) && afterFrom) || (beginsOn(hours, date.subtract({ days: 1 })) && beforeTo);
}

/** The quiet window that holds the wall-clock moment, if any; `to` is the first minute that is not quiet. */
export function quietWindowAtLocal(
  policy: Pick<Policy, "quietHours">,
  moment: LocalMoment,
): QuietHours | undefined {
  return policy.quietHours.find((hours) => covers(hours, moment));
}

/** The quiet window that holds `at` (epoch ms) in the policy's zone, if any. */
export function quietWindowAt(policy: Policy, at: number): QuietHours | undefined {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(policy.zone);
  return quietWindowAtLocal(policy, { date: local.toPlainDate(), time: local.toPlainTime() });
}

/** Only the daily class keeps quiet hours; notices, drills and emergencies are a person's decision of the moment. */
export const keepsQuietHours = (broadcastClass: BroadcastClass): boolean => broadcastClass === "daily";
