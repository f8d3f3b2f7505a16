import { serverNow } from "./api.js";
import { locale, t } from "./i18n.js";

/** The county's zone; every date and time in the console is shown in it. */
export let ZONE = "Asia/Shanghai";

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** Shows everything in the zone that the server's policy names. @param {string} zone IANA name */
export function useZone(zone) {
  ZONE = zone;
  formats.clear();
}

/** @param {string} name @param {Intl.DateTimeFormatOptions} options @param {string} [language] */
function formatIn(name, options, language = locale()) {
  const key = `${name} ${language}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(language, { timeZone: ZONE, ...options });
  formats.set(key, format);
  return format;
}

/** @typedef {string | number} When ISO 8601 or epoch ms */

/** `2026-12-01`, the calendar day in the county. @param {When} when */
export const dayOf = (when) =>
  formatIn("day", { year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA").format(new Date(when));

/** @type {Intl.DateTimeFormatOptions} */
const DATE = { month: "short", day: "numeric", weekday: "short" };
/** @type {Intl.DateTimeFormatOptions} */
const LONG_DATE = { year: "numeric", month: "long", day: "numeric", weekday: "long" };

/** @param {When} when */
export const dateText = (when) => formatIn("date", DATE).format(new Date(when));

/** @param {When} when */
export const longDateText = (when) => formatIn("long", LONG_DATE).format(new Date(when));

/** Of a date that has no time. @param {string} day as `2026-12-01` */
export const dayText = (day) => formatIn("day text", { ...DATE, timeZone: "UTC" }).format(new Date(day));

/** @param {string} day as `2026-12-01` */
export const longDayText = (day) =>
  formatIn("long day", { ...LONG_DATE, timeZone: "UTC" }).format(new Date(day));

/** `07:00`. @param {When} when */
export const timeText = (when) =>
  formatIn("time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(when));

/** `07:00:00`. @param {When} when */
export const secondsText = (when) =>
  formatIn("seconds", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(
    new Date(when),
  );

/** Date and time, without the date when it is today. @param {When} when */
export const momentText = (when) =>
  dayOf(when) === dayOf(serverNow()) ? timeText(when) : `${dateText(when)} ${timeText(when)}`;

/** @type {[unit: Intl.RelativeTimeFormatUnit, ms: number][]} */
const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** `5 分钟前`, `2 天后`: how far it is from now, rounded. @param {When} when @param {number} now epoch ms */
export function relativeText(when, now) {
  const ms = new Date(when).getTime() - now;
  const [unit, size] = UNITS.find(([, least]) => Math.abs(ms) >= least) ?? [];
  if (unit === undefined || size === undefined) return t("time.now");
  return new Intl.RelativeTimeFormat(locale()).format(Math.round(ms / size), unit);
}

/**
 * The instant of a wall-clock time in the county, as a `datetime-local` field has it.
 * @param {string} local as `2026-12-01T07:00`
 * @returns {number} epoch ms, or `NaN`
 */
export function instantOfLocal(local) {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return asUtc;
  const aheadMs = (/** @type {number} */ at) => Date.parse(`${dayOf(at)}T${secondsText(at)}Z`) - at;
  // Twice, as clocks may change between the two.
  return asUtc - aheadMs(asUtc - aheadMs(asUtc));
}

/** The instant at which the county's current day began, epoch ms. */
export function startOfToday() {
  const now = serverNow();
  const [hours = 0, minutes = 0, seconds = 0] = secondsText(now).split(":").map(Number);
  return now - ((hours * 60 + minutes) * 60 + seconds) * 1000 - (now % 1000);
}

/** `3 天 04:05:06`; never below zero. @param {number} ms */
export function countdownText(ms) {
  const total = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(total / 86_400);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const time = `${two(Math.floor(total / 3600) % 24)}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return days > 0 ? t("time.days", { days, time }) : time;
}

/** `12:34` or `1:02:03`. @param {number} ms */
export function durationText(ms) {
  const total = Math.round(ms / 1000);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const rest = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** A small difference in time with its sign. @param {number} ms */
export function differenceText(ms) {
  const sign = ms > 0 ? "+" : ms < 0 ? "−" : "";
  const size = Math.abs(ms);
  if (size < 1000) return t("time.ms", { value: `${sign}${Math.round(size)}` });
  if (size < 120_000) return t("time.s", { value: `${sign}${(size / 1000).toFixed(size < 10_000 ? 2 : 1)}` });
  return t("time.min", { value: `${sign}${(size / 60_000).toFixed(1)}` });
}

/** One decimal, with the minus sign that is as wide as a digit. @param {number} value */
export const signedText = (value) => value.toFixed(1).replace("-", "−");

/** @param {number} bytes */
export function sizeText(bytes) {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GB`;
}

/** Rounded, but never to 0 or 100 when it is not. @param {number} part @param {number} whole */
export function shareText(part, whole) {
  if (whole === 0 || part === 0) return "0%";
  if (part === whole) return "100%";
  return `${Math.min(99.9, Math.max(0.1, (part / whole) * 100)).toFixed(1)}%`;
}
