import { AppError, invalid } from "../errors.ts";
import { civilOf, type Day, dayOf, daysInMonth, formatDay, parseDay } from "./day.ts";
import type { Calendars, RuleWindow } from "./rule.ts";
import { slotDays } from "./rule-days.ts";

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
/** Enough for a February of every length. */
const MONTHS_TRIED = 48;
/** What a lunar month has in some years only. */
const LUNAR_THIRTIETH = 30;

/**
 * Refuses days that not every month has, where nothing else stands in for them: fine beside others, and a surprise alone.
 * @throws {AppError} `invalid`, naming the field, and what the rule would skip
 */
export function refuseSkippedDays(window: RuleWindow, today: Day, calendars: Calendars): void {
  refuseSkippedMonths(window, today, calendars);
  refuseSkippedLunarDays(window, today, calendars);
}

function refuseSkippedMonths({ rule, zone, ...bounds }: RuleWindow, today: Day, calendars: Calendars): void {
  const { daysOfMonth = [], weekdaysOfMonth = [], weekly, ...others } = rule;
  const besides = [others.dates, others.dateRanges, others.lunarDays].some((list) => list?.length);
  if (daysOfMonth.length + weekdaysOfMonth.length === 0 || weekly || besides) return;
  const own = { rule: { daysOfMonth, weekdaysOfMonth, times: rule.times }, zone };
  const skipped = monthsWithin(bounds, today).filter(
    ({ first, last }) => slotDays(own, first, last, calendars).length === 0,
  );
  if (skipped.length === 0) return;
  if (weekdaysOfMonth.length > 0)
    throw invalid(
      "/rule/weekdaysOfMonth",
      "A fifth weekday alone would skip the months that have only four of it.",
      "Give nth −1 for the last one of each month, or list the dates in `dates`.",
    );
  const names = MONTHS.filter((_, month) => skipped.some(({ first }) => civilOf(first).month === month + 1));
  throw invalid(
    "/rule/daysOfMonth",
    `Day ${daysOfMonth.join(", ")} alone would skip ${names.join(", ")}.`,
    "Add −1 for the last day of each month, a day of 28 or less, or list the dates in `dates`.",
  );
}

/** The whole months that a schedule lies in. */
function monthsWithin({ validFrom, validUntil }: Pick<RuleWindow, "validFrom" | "validUntil">, today: Day) {
  const begin = civilOf(parseDay(validFrom ?? "") ?? today);
  const end = parseDay(validUntil ?? "") ?? Number.POSITIVE_INFINITY;
  return Array.from({ length: MONTHS_TRIED }, (_, index) => {
    const count = begin.year * 12 + begin.month - 1 + index;
    const [year, month] = [Math.floor(count / 12), (count % 12) + 1];
    const first = dayOf(year, month, 1);
    return { first, last: first + daysInMonth(year, month) - 1 };
  }).filter(({ first }) => first <= end);
}

/** Each lunar month is there once a year, so that no other month's days make up for it. */
function refuseSkippedLunarDays(
  { rule: { lunarDays = [] }, validFrom, validUntil }: RuleWindow,
  today: Day,
  { lunar }: Calendars,
): void {
  const begin = parseDay(validFrom ?? "") ?? today;
  const end = parseDay(validUntil ?? "") ?? Number.POSITIVE_INFINITY;
  const details = lunarDays.flatMap(({ month, day }, index) => {
    const isAlone = !lunarDays.some((each) => each.month === month && each.day !== day);
    if (day !== LUNAR_THIRTIETH || !isAlone) return [];
    const short = lunar.years
      .flatMap(({ months }) => months[month - 1] ?? [])
      .find(({ first, last }) => last - first + 1 < day && last >= begin && last <= end);
    if (!short) return [];
    const message = `Day 30 of lunar month ${month} is not in every year: on ${formatDay(short.last)} the month ends with day 29.`;
    return [{ at: `/rule/lunarDays/${index}`, message }];
  });
  const [first] = details;
  if (!first) return;
  throw new AppError("invalid", first.message, {
    details,
    hint: "Give day −1 for the last of the lunar month, or list the dates in `dates`.",
  });
}
