/**
 * Days as whole numbers counted from 1970-01-01, in the proleptic Gregorian calendar of ISO 8601. A rule is expanded over
 * years for thousands of schedules; adding and comparing numbers costs a hundredth of what date objects do.
 */
export type Day = number;

const DAY_MS = 86_400_000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

export const dayOf = (year: number, month: number, dayOfMonth: number): Day =>
  Date.UTC(year, month - 1, dayOfMonth) / DAY_MS;

/** `YYYY-MM-DD` to its day; `null` when the calendar has no such date. */
export function parseDay(date: string): Day | null {
  const [, year, month, dayOfMonth] = (DATE.exec(date) ?? []).map(Number);
  if (year === undefined || month === undefined || dayOfMonth === undefined) return null;
  const day = dayOf(year, month, dayOfMonth);
  return formatDay(day) === date ? day : null;
}

/** `YYYY-MM-DD`, in the years from 0 to 9999. */
export function formatDay(day: Day): string {
  const { year, month, dayOfMonth } = civilOf(day);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(dayOfMonth)}`;
}
const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** ISO 8601: Monday is 1, Sunday 7. */
export const weekdayOf = (day: Day): number => ((((day + 3) % 7) + 7) % 7) + 1;

const DAYS_OF_400_YEARS = 146_097;
/** From 0000-03-01: a year that begins in March has its leap day at its end. */
const TO_MARCH_OF_YEAR_0 = 719_468;

/** By whole numbers alone: a rule asks for thousands of them, and a `Date` costs ten times as much. */
export function civilOf(day: Day): { year: number; month: number; dayOfMonth: number } {
  const since = day + TO_MARCH_OF_YEAR_0;
  const era = Math.floor(since / DAYS_OF_400_YEARS);
  const inEra = since - era * DAYS_OF_400_YEARS;
  const yearOfEra = Math.floor(
    (inEra - Math.floor(inEra / 1_460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  );
  const inYear = inEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * inYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfMonth: inYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

export const daysInMonth = (year: number, month: number): number =>
  dayOf(year, month + 1, 1) - dayOf(year, month, 1);

/** Of the week that holds a day (ISO 8601); 1970-01-01 was a Thursday. */
export const mondayOf = (day: Day): Day => Math.floor((day + 3) / 7) * 7 - 3;
