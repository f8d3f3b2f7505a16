/** Dates as `YYYY-MM-DD` and months as `YYYY-MM`, without a zone. */

const DAY_MS = 86_400_000;
const utc = (date: string) => Date.parse(`${date}T00:00:00Z`);
const dateAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);

export const addDays = (date: string, days: number): string => dateAt(utc(date) + days * DAY_MS);

export const monthOf = (date: string): string => date.slice(0, 7);

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return dateAt(Date.UTC(year, number - 1 + months, 1)).slice(0, 7);
}

export const lastDayOf = (month: string): string => addDays(`${addMonths(month, 1)}-01`, -1);

/** Monday is 1 (ISO 8601). */
export const weekdayOf = (date: string): number => new Date(utc(date)).getUTCDay() || 7;

/** The weeks that a month touches, each from Monday to Sunday. */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`;
  const monday = addDays(first, 1 - weekdayOf(first));
  const weeks: string[][] = [];
  for (let begin = monday; begin <= lastDayOf(month); begin = addDays(begin, 7))
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(begin, index)));
  return weeks;
}

/** Whether somebody means such a date; an empty or half-typed field is none. */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && dateAt(utc(text)) === text;

export const isMonth = (text: string): boolean => isDate(`${text}-01`);

/** The date that a clock in this browser's zone would show. */
export const localDate = (at: Date): string =>
  dateAt(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()));

/** Minutes since midnight of `HH:MM`, also of `24:00`. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
