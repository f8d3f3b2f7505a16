import { Temporal } from "temporal-polyfill";
import { invalid } from "../errors.ts";

/** When a schedule fires, in wall-clock terms; with `zone` it becomes instants. */
export interface Rule {
  /** Days of every month, 1–31. A month without the day is passed over, never moved. */
  daysOfMonth?: number[];
  /** Single dates, `YYYY-MM-DD`, besides or instead of days of the month. */
  dates?: string[];
  /** `HH:MM`, each on every date. */
  times: string[];
}

export interface RuleWindow {
  rule: Rule;
  /** IANA zone. */
  zone: string;
  /** First and last date, both included; unbounded when absent. */
  validFrom?: string;
  validUntil?: string;
}

export interface Occurrence {
  date: string;
  time: string;
  /** UTC epoch milliseconds. */
  startAt: number;
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

/**
 * The occurrences with `from <= startAt < until`, in order.
 * A time inside a DST gap fires at the same distance after the gap, one inside an overlap at its first instant
 * (`disambiguation: "compatible"`, RFC 5545 §3.3.5).
 */
export function expandRule(
  { rule, zone, validFrom, validUntil }: RuleWindow,
  from: number,
  until: number,
): Occurrence[] {
  const localDate = (at: number) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  // A day either side: an instant's date in the zone may differ from the one that a gap or overlap moves it to.
  const first = latest(localDate(from).subtract({ days: 1 }), validFrom);
  const last = earliest(localDate(until).add({ days: 1 }), validUntil);
  return datesOf(rule, first, last)
    .flatMap((date) =>
      rule.times.toSorted().map((time) => ({
        date: date.toString(),
        time,
        startAt: date.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time) })
          .epochMilliseconds,
      })),
    )
    .filter(({ startAt }) => startAt >= from && startAt < until);
}

function datesOf(rule: Rule, first: Temporal.PlainDate, last: Temporal.PlainDate): Temporal.PlainDate[] {
  const found = new Map<string, Temporal.PlainDate>();
  const add = (date: Temporal.PlainDate) => {
    const inside =
      Temporal.PlainDate.compare(date, first) >= 0 && Temporal.PlainDate.compare(date, last) <= 0;
    if (inside) found.set(date.toString(), date);
  };
  for (const date of rule.dates ?? []) add(Temporal.PlainDate.from(date));
  for (
    let month = first.toPlainYearMonth();
    Temporal.PlainYearMonth.compare(month, last.toPlainYearMonth()) <= 0;
  ) {
    for (const day of rule.daysOfMonth ?? []) if (day <= month.daysInMonth) add(month.toPlainDate({ day }));
    month = month.add({ months: 1 });
  }
  return [...found.values()].toSorted(Temporal.PlainDate.compare);
}

const latest = (date: Temporal.PlainDate, bound: string | undefined) =>
  bound && Temporal.PlainDate.compare(bound, date) > 0 ? Temporal.PlainDate.from(bound) : date;
const earliest = (date: Temporal.PlainDate, bound: string | undefined) =>
  bound && Temporal.PlainDate.compare(bound, date) < 0 ? Temporal.PlainDate.from(bound) : date;

/**
 * Refuses rules that cannot mean what they say. Field shapes are checked before.
 * @throws {AppError} `invalid`, naming the field
 */
export function checkRule({ rule, validFrom, validUntil }: RuleWindow): void {
  if (!rule.daysOfMonth?.length && !rule.dates?.length) {
    throw invalid("/rule", "The rule names no day.", "Give daysOfMonth, for example [1, 15], or dates.");
  }
  for (const [index, date] of (rule.dates ?? []).entries()) checkDate(`/rule/dates/${index}`, date);
  if (validFrom) checkDate("/validFrom", validFrom);
  if (validUntil) checkDate("/validUntil", validUntil);
  if (validFrom && validUntil && validFrom > validUntil) {
    throw invalid("/validUntil", "The schedule would end before it begins.");
  }
  const skipped = rule.dates?.length ? [] : skippedMonths(rule.daysOfMonth ?? [], validFrom, validUntil);
  if (skipped.length > 0) {
    const days = (rule.daysOfMonth ?? []).join(", ");
    throw invalid(
      "/rule/daysOfMonth",
      `Day ${days} alone would skip ${skipped.join(", ")}.`,
      "Add a day of 28 or less, or list the dates in `dates`.",
    );
  }
}

/** The months that would pass without a single date; February counts with 28 days unless every one shown is leap. */
function skippedMonths(
  days: number[],
  validFrom: string | undefined,
  validUntil: string | undefined,
): string[] {
  const smallest = Math.min(...days);
  if (smallest <= 28) return [];
  const months =
    boundedMonths(validFrom, validUntil) ??
    MONTHS.map((_, index) => new Temporal.PlainYearMonth(2027, index + 1));
  const skipped = months
    .filter((month) => month.daysInMonth < smallest)
    .map((month) => MONTHS[month.month - 1] ?? "");
  return [...new Set(skipped)];
}

/** The months between two bounds, or `null` when open or long enough to hold every month. */
function boundedMonths(
  from: string | undefined,
  until: string | undefined,
): Temporal.PlainYearMonth[] | null {
  if (!from || !until) return null;
  const last = Temporal.PlainDate.from(until).toPlainYearMonth();
  const months: Temporal.PlainYearMonth[] = [];
  let month = Temporal.PlainDate.from(from).toPlainYearMonth();
  for (
    ;
    Temporal.PlainYearMonth.compare(month, last) <= 0 && months.length < 48;
    month = month.add({ months: 1 })
  ) {
    months.push(month);
  }
  return months;
}

function checkDate(at: string, date: string): void {
  try {
    Temporal.PlainDate.from(date);
  } catch {
    throw invalid(at, `There is no ${date} in the calendar.`);
  }
}
