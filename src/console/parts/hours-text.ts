import i18next from "i18next";
import type { QuietHours } from "../api-types.ts";
import { dayText } from "../format.js";
import { currentLanguage } from "../i18n.js";

/** Of an ISO weekday: 2024 began on a Monday. */
export const weekdayText = (day: number): string =>
  new Intl.DateTimeFormat(currentLanguage(), { weekday: "short", timeZone: "UTC" }).format(
    Date.UTC(2024, 0, day),
  );

export const listed = (words: readonly string[]): string => words.join(i18next.t("list.comma"));

/** `22:00–06:00`; what ends as it begins is the whole day. */
export const spanText = ({ from, to }: Pick<QuietHours, "from" | "to">): string =>
  from === to ? i18next.t("text.wholeDay") : `${from}–${to}`;

/** With the days on which it begins. */
export function windowText({ from, to, days, dates }: QuietHours): string {
  const text = spanText({ from, to });
  const limits = [...(days ?? []).map(weekdayText), ...(dates ?? []).map(dayText)];
  return limits.length === 0 ? text : i18next.t("text.aside", { text, aside: listed(limits) });
}

export const hoursText = (hours: readonly QuietHours[]): string => listed(hours.map(windowText));
