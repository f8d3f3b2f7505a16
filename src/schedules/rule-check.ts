import { AppError, type ErrorDetail, invalid } from "../errors.ts";
import { type Day, dayOf, formatDay, parseDay } from "./day.ts";
import { exceptionProblems } from "./exception-check.ts";
import { pastProblems } from "./past-check.ts";
import type { Calendars, Occurrence, Rule, RuleWindow } from "./rule.ts";
import { expandRule } from "./rule.ts";
import { pointerTo } from "./rule-pointer.ts";
import { lastDayOf } from "./seasons.ts";
import { refuseSkippedDays } from "./skipped-days.ts";
import { createWallClock } from "./wall-clock.ts";

const DAY_MS = 86_400_000;
/** Twelve times on each day of the 400 that are tried: more is a mistake. */
const MAX_OCCURRENCES = 5_000;

/**
 * Refuses rules that cannot mean what they say. Field shapes are checked before.
 * @param from epoch ms; what lies before is past mending and not looked at
 * @param until epoch ms, how far the rule is tried
 * @param before what it replaces, which may have no other dates left than those in doubt
 * @returns the occurrences in between
 * @throws {AppError} `invalid`, naming each field
 */
export function checkRule(
  window: RuleWindow,
  from: number,
  until: number,
  calendars: Calendars,
  before: RuleWindow | null = null,
): Occurrence[] {
  const { rule, validFrom, validUntil } = window;
  if (!namesDays(rule) && !window.extraDates?.length) {
    throw invalid(
      "/rule",
      "The rule names no day.",
      "Give daysOfMonth, for example [1, 15], or weekdaysOfMonth, weekly, dates, dateRanges or lunarDays.",
    );
  }
  refuse(
    "The schedule has dates that cannot be.",
    dateProblems(window),
    "Name days that the calendar has, and of each range the earlier one first.",
  );
  if (validFrom && validUntil && validFrom > validUntil)
    throw invalid(
      "/validUntil",
      "The schedule would end before it begins.",
      `Give a last date from ${validFrom} on, or leave one of the two out.`,
    );
  const today = createWallClock(window.zone).dayAt(from);
  refuseSkippedDays(window, today, calendars);
  refuse(
    "The seasons contradict each other.",
    seasonProblems(rule),
    "Give each day of the year to one season at most.",
  );
  refuse(
    "The exceptions contradict the rule or each other.",
    exceptionProblems(window, today, calendars),
    "An exception is for one slot that the rule yields and says one thing about it; an extra date is one that it does not yield.",
  );
  refuse(
    "Some dates would be put where their start is past.",
    pastProblems(window, before, from, calendars),
    "Give a time that is still ahead; leave an extra date out that is over, and skip a date that shall not air.",
  );
  const occurrences = expandRule(window, from, until, calendars);
  const days = Math.round((until - from) / DAY_MS);
  if (occurrences.length > MAX_OCCURRENCES) {
    throw invalid(
      "/rule",
      `The schedule would air ${occurrences.length} times within ${days} days; at most ${MAX_OCCURRENCES} are possible.`,
      "Give fewer times or fewer days.",
    );
  }
  refuseNeverAiring(window, occurrences, days, calendars, before);
  refuseGaps(window, occurrences);
  return occurrences;
}

function refuseNeverAiring(
  { rule, validFrom = "" }: RuleWindow,
  occurrences: Occurrence[],
  days: number,
  { lunar }: Calendars,
  before: RuleWindow | null,
): void {
  if (occurrences.some(({ barred }) => barred === null)) return;
  const doubt = occurrences.find(({ exception }) => !exception)?.barred;
  // What is in force already only waits for the holidays to be published.
  if (doubt && before !== null) return;
  if (doubt)
    throw invalid(
      "/rule",
      `The schedule would never air: ${doubt}.`,
      "Give a date an exception that moves it or chooses what it plays, and it airs all the same; or wait until the holidays are published.",
    );
  const hint = "Check the dates, exceptions, validFrom and validUntil.";
  const lastYear = lunar.years.at(-1)?.year ?? 0;
  if (rule.lunarDays && Number(validFrom.slice(0, 4)) > lastYear)
    throw invalid(
      "/rule/lunarDays",
      `The schedule would never air: the lunar calendar is known up to ${lastYear}.`,
      hint,
    );
  throw invalid(
    "/rule",
    `The schedule would never air: its dates are past, skipped, or more than ${days} days ahead.`,
    hint,
  );
}

function refuse(message: string, details: ErrorDetail[], hint?: string): void {
  if (details.length === 0) return;
  const [only] = details;
  const text = details.length === 1 && only ? only.message : message;
  throw new AppError("invalid", text, { details, ...(hint === undefined ? {} : { hint }) });
}

const namesDays = (rule: Rule): boolean =>
  [rule.daysOfMonth, rule.weekdaysOfMonth, rule.dates, rule.dateRanges, rule.lunarDays].some(
    (list) => list !== undefined && list.length > 0,
  ) || rule.weekly !== undefined;

function dateProblems({ rule, validFrom, validUntil, exceptions, extraDates }: RuleWindow): ErrorDetail[] {
  const named: [string, string | undefined][] = [
    ...(rule.dates ?? []).map((date, index): [string, string] => [`/rule/dates/${index}`, date]),
    ...(rule.dateRanges ?? []).flatMap((range, index): [string, string][] => [
      [`/rule/dateRanges/${index}/from`, range.from],
      [`/rule/dateRanges/${index}/until`, range.until],
    ]),
    ["/rule/weekly/from", rule.weekly?.from],
    ...(exceptions ?? []).flatMap(({ date, moveTo }, index): [string, string | undefined][] => [
      [`/exceptions/${index}/date`, date],
      [`/exceptions/${index}/moveTo/date`, moveTo?.date],
    ]),
    ...(extraDates ?? []).map(({ date }, index): [string, string] => [`/extraDates/${index}/date`, date]),
    ["/validFrom", validFrom],
    ["/validUntil", validUntil],
  ];
  const impossible = named.flatMap(([at, date]) =>
    date !== undefined && parseDay(date) === null
      ? [{ at, message: `There is no ${date} in the calendar.` }]
      : [],
  );
  const reversed = (rule.dateRanges ?? []).flatMap(({ from, until }, index) =>
    from > until ? [{ at: `/rule/dateRanges/${index}`, message: "The range ends before it begins." }] : [],
  );
  return [...impossible, ...reversed];
}

function seasonProblems({ seasons = [] }: Rule): ErrorDetail[] {
  const taken = new Map<string, number>();
  return seasons.flatMap((season, index) => {
    const { from, until } = season;
    const at = `/rule/seasons/${index}`;
    // 2028 is leap, so that 29 February can be named.
    const [first, last] = [parseDay(`2028-${from}`), parseDay(`2028-${lastDayOf(season)}`)];
    if (first === null || last === null)
      return [{ at, message: `There is no ${first === null ? from : until} in the calendar.` }];
    const days =
      first <= last
        ? daysFrom(first, last)
        : [...daysFrom(first, dayOf(2028, 12, 31)), ...daysFrom(dayOf(2028, 1, 1), last)];
    for (const day of days) {
      const monthDay = formatDay(day).slice(5);
      const other = taken.get(monthDay);
      if (other !== undefined && other !== index)
        return [{ at, message: `It overlaps season ${other + 1} on ${monthDay}.` }];
      taken.set(monthDay, index);
    }
    return [];
  });
}

const daysFrom = (first: Day, last: Day): Day[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A time that clocks leave out would air at another one. */
function refuseGaps(window: RuleWindow, occurrences: Occurrence[]): void {
  const { zone } = window;
  const wallClock = createWallClock(zone);
  const details = occurrences.flatMap((occurrence) => {
    const { airDate, airTime, barred } = occurrence;
    if (barred !== null || wallClock.hasTime(parseDay(airDate) ?? 0, airTime)) return [];
    return [
      {
        at: pointerTo(window, occurrence),
        message: `On ${airDate} there is no ${airTime} in ${zone}: clocks go forward over it.`,
      },
    ];
  });
  refuse("Clocks go forward over some of the times.", details, "Choose a time that every day has.");
}
