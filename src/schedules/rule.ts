import { type Day, formatDay, parseDay } from "./day.ts";
import type { LunarCalendar } from "./lunar-calendar.ts";
import type { DayKind, HolidayCalendar } from "./public-holidays.ts";
import { doubtOf, slotDays, timesOn } from "./rule-days.ts";
import { createWallClock } from "./wall-clock.ts";

/** When a schedule fires, in wall-clock terms; with `zone` it becomes instants. What names days adds up. */
export interface Rule {
  /** 1–31, or −1 for the last (RFC 5545 BYMONTHDAY). A month without the day is passed over, never moved. */
  daysOfMonth?: number[];
  /** ISO weekdays by their place in the month: 1–5, or −1 for the last. */
  weekdaysOfMonth?: { weekday: number; nth: number }[];
  /** ISO weekdays in every n-th week, counted from the week of `from`; not before that date. */
  weekly?: { weekdays: number[]; everyWeeks: number; from: string };
  /** Single dates, `YYYY-MM-DD`. */
  dates?: string[];
  /** Every day of them, both ends included. */
  dateRanges?: { from: string; until: string }[];
  /** Days of the Chinese lunar year; −1 is a month's last. Leap months have none of their own. */
  lunarDays?: { month: number; day: number }[];
  /** Of all these days only such, by the published public holidays. */
  onlyOn?: DayKind[];
  /** `HH:MM`, each on every date. */
  times: string[];
  /** Other times for a part of each year, `MM-DD` to `MM-DD`, both included, `02-28` for the end of February; it may pass the turn of the year. */
  seasons?: { from: string; until: string; times: string[] }[];
}

/** What happens to one slot of the rule, or to all of a date's when `time` is absent. */
export interface RuleException {
  date: string;
  time?: string;
  skip?: true;
  /** To another date, another time, or both. */
  moveTo?: { date?: string; time?: string };
  /** What plays instead. */
  contentId?: string;
  reason: string;
}

/** A date that the rule does not yield; should it come to yield it, as by new holidays, this is what airs. */
export interface ExtraDate {
  date: string;
  time: string;
  contentId?: string;
  reason: string;
}

export interface RuleWindow {
  rule: Rule;
  /** IANA zone. */
  zone: string;
  /** First and last date, both included; unbounded when absent. */
  validFrom?: string;
  validUntil?: string;
  exceptions?: RuleException[];
  extraDates?: ExtraDate[];
}

export interface Occurrence {
  /** The slot in the rule's own wall clock: its name, also when it is moved (RFC 5545 RECURRENCE-ID). */
  date: string;
  time: string;
  /** Where it truly stands. */
  airDate: string;
  airTime: string;
  /** UTC epoch milliseconds. */
  startAt: number;
  /** The exception or extra date that made it what it is. */
  exception: RuleException | ExtraDate | null;
  /** Why it does not air. */
  barred: string | null;
  /** What plays whatever the content policy says. */
  contentId: string | null;
}

export interface Calendars {
  holidays: HolidayCalendar;
  lunar: LunarCalendar;
}

/**
 * The occurrences with `from <= startAt < until`, in order, each slot once; those that an exception skips or that fall into a year without
 * published holidays are there and barred,
 * unless an exception moves them or chooses what they play: somebody has decided that they air.
 * A time inside a DST gap fires at the same distance after the gap, one inside an overlap at its first instant
 * (`disambiguation: "compatible"`, RFC 5545 §3.3.5).
 */
export function expandRule(
  window: RuleWindow,
  from: number,
  until: number,
  calendars: Calendars,
): Occurrence[] {
  const { rule, zone, exceptions = [], extraDates = [] } = window;
  const wallClock = createWallClock(zone);
  const byDate = Map.groupBy(exceptions, ({ date }) => date);
  const extraByDate = Map.groupBy(extraDates, ({ date }) => date);
  const found: Occurrence[] = [];
  const add = (occurrence: Omit<Occurrence, "startAt">, day: Day) => {
    const startAt = wallClock.instantOf(day, occurrence.airTime);
    if (startAt >= from && startAt < until) found.push({ ...occurrence, startAt });
  };

  // A day either side: an instant's date in the zone may differ from the one that a gap or overlap moves it to.
  const first = wallClock.dayAt(from) - 1;
  const last = wallClock.dayAt(until) + 1;
  // A slot that was moved into the range may lie anywhere.
  const moved = exceptions.flatMap(({ date, moveTo }) => (moveTo ? (parseDay(date) ?? []) : []));
  const days = new Set(slotDays(window, first, last, calendars));
  for (const day of moved) if (slotDays(window, day, day, calendars).length > 0) days.add(day);

  for (const day of days) {
    const date = formatDay(day);
    const doubt = doubtOf(rule, day, calendars.holidays);
    for (const time of timesOn(rule, day)) {
      if (extraByDate.get(date)?.some((extra) => extra.time === time)) continue;
      const exception =
        byDate.get(date)?.find((each) => each.time === undefined || each.time === time) ?? null;
      const airDate = exception?.moveTo?.date ?? date;
      add(
        {
          date,
          time,
          airDate,
          airTime: exception?.moveTo?.time ?? time,
          exception,
          barred: whyBarred(exception, doubt),
          contentId: exception?.contentId ?? null,
        },
        airDate === date ? day : (parseDay(airDate) ?? day),
      );
    }
  }
  for (const extra of extraDates) {
    const { date, time, contentId = null } = extra;
    const day = parseDay(date);
    if (day === null) continue;
    add({ date, time, airDate: date, airTime: time, exception: extra, barred: null, contentId }, day);
  }
  return found.toSorted((one, other) => one.startAt - other.startAt);
}

function whyBarred(exception: RuleException | null, doubt: string | null): string | null {
  if (exception === null) return doubt;
  return exception.skip ? `skipped: ${exception.reason}` : null;
}
