import type { ScheduleDefinition } from "../../api-types.ts";
import { countedOr, joined, type NameOf, type Say, targetWords } from "../../parts/target-words.ts";

/** A rule as somebody would say it: `每月1日、15日 07:00，全市喇叭`. */

type Rule = ScheduleDefinition["rule"];

/** One of the words of a text that lists them, counted from 1. */
const wordAt = (words: string, place: number): string => words.split(" ")[place - 1] ?? "";

/** In English `1st`; Chinese takes the number as it is. */
function ordinal(t: Say, number: number): string {
  const suffix = number % 100 >= 11 && number % 100 <= 13 ? 0 : number % 10;
  return t(`rule.ordinal.${suffix > 3 ? 0 : suffix}`, { number });
}

export const dateWords = (t: Say, date: string): string => {
  const [year = "", month = "", day = ""] = date.split("-");
  return t("rule.date", { year, month: monthWords(t, Number(month)), day: Number(day) });
};

const monthWords = (t: Say, month: number): string => wordAt(t("rule.months"), month);

export const weekdayWords = (t: Say, weekday: number): string => wordAt(t("rule.weekdays"), weekday);

const monthDayWords = (t: Say, monthDay: string): string => {
  const [month = "", day = ""] = monthDay.split("-");
  return t("rule.monthDay", { month: monthWords(t, Number(month)), day: Number(day) });
};

/** `正月`, `腊月`; English has numbers. */
export const lunarMonthWords = (t: Say, month: number): string => wordAt(t("rule.lunarMonths"), month);

/** `初一`, `十五`, `廿三`, `三十`. */
export const lunarDayWords = (t: Say, day: number): string =>
  day === -1 ? t("rule.last") : wordAt(t("rule.lunarDays"), day);

/** The days that a rule names, each way of it, also those that it leaves out. */
export const daysOf = ({
  daysOfMonth = [],
  weekdaysOfMonth = [],
  weekly,
  dates = [],
  dateRanges = [],
  lunarDays = [],
}: Rule) => ({ daysOfMonth, weekdaysOfMonth, weekly, dates, dateRanges, lunarDays });

/** Each way in which the rule names days; they add up. */
export function dayPhrases(rule: Rule, t: Say): string[] {
  const phrases: string[] = [];
  const { daysOfMonth, weekdaysOfMonth, weekly, dates, dateRanges, lunarDays } = daysOf(rule);
  if (daysOfMonth.length > 0) {
    const days = [...daysOfMonth].sort((one, other) => (one < 0 ? 99 : one) - (other < 0 ? 99 : other));
    phrases.push(
      t("rule.ofMonth", {
        days: joined(
          t,
          days.map((day) => (day < 0 ? t("rule.lastDay") : t("rule.day", { day: ordinal(t, day) }))),
        ),
      }),
    );
  }
  for (const { weekday, nth } of weekdaysOfMonth)
    phrases.push(
      t("rule.weekdayOfMonth", {
        nth: nth === -1 ? t("rule.lastOne") : t("rule.nth", { nth: ordinal(t, nth) }),
        weekday: weekdayWords(t, weekday),
      }),
    );
  if (weekly) {
    const days = joined(
      t,
      [...weekly.weekdays].sort((one, other) => one - other).map((day) => weekdayWords(t, day)),
    );
    phrases.push(
      weekly.everyWeeks === 1
        ? t("rule.everyWeek", { days })
        : t("rule.everyWeeks", { days, weeks: weekly.everyWeeks, from: dateWords(t, weekly.from) }),
    );
  }
  if (dates.length > 0)
    phrases.push(
      countedOr(
        t,
        [...dates].sort().map((date) => dateWords(t, date)),
        (count) => t("rule.manyDates", { count }),
      ),
    );
  if (dateRanges.length > 0)
    phrases.push(
      countedOr(
        t,
        dateRanges.map(({ from, until }) =>
          t("rule.range", { from: dateWords(t, from), until: dateWords(t, until) }),
        ),
        (count) => t("rule.manyRanges", { count }),
      ),
    );
  if (lunarDays.length > 0)
    phrases.push(
      countedOr(
        t,
        lunarDays.map(({ month, day }) =>
          t("rule.lunar", { month: lunarMonthWords(t, month), day: lunarDayWords(t, day) }),
        ),
        (count) => t("rule.manyLunar", { count }),
      ),
    );
  return phrases;
}

function timeWords({ times, seasons = [] }: Rule, t: Say): string {
  const usual = joined(t, [...times].sort());
  const others = seasons.map((season) =>
    t(season.from <= season.until ? "rule.season" : "rule.seasonOverYear", {
      from: monthDayWords(t, season.from),
      until: monthDayWords(t, season.until),
      times: joined(t, [...season.times].sort()),
    }),
  );
  return others.length === 0 ? usual : t("rule.seasons", { times: usual, seasons: joined(t, others) });
}

export function ruleSentence(
  { rule, targets, validFrom, validUntil, extraDates = [] }: ScheduleDefinition,
  nameOf: NameOf,
  t: Say,
): string {
  const phrases = dayPhrases(rule, t);
  const named =
    phrases.length === 0 ? t(extraDates.length > 0 ? "rule.extraOnly" : "rule.noDay") : joined(t, phrases);
  const days = rule.onlyOn
    ? t("rule.onlyOn", {
        days: named,
        kinds: joined(
          t,
          rule.onlyOn.map((kind) => t(`dayKind.${kind}`)),
        ),
      })
    : named;
  const bounds = [
    ...(validFrom ? [t("rule.validFrom", { date: dateWords(t, validFrom) })] : []),
    ...(validUntil ? [t("rule.validUntil", { date: dateWords(t, validUntil) })] : []),
  ];
  const text = t("rule.sentence", {
    days,
    times: timeWords(rule, t),
    targets: targetWords(targets, nameOf, t),
  });
  return bounds.length === 0 ? text : t("rule.bounded", { text, bounds: joined(t, bounds) });
}
