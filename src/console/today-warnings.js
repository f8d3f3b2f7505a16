import { serverNow } from "./api.js";
import { el } from "./dom.js";
import { dateText, durationText, momentText, timeText } from "./format.js";
import { t, term } from "./i18n.js";
import { reasonText, sentence } from "./server-words.js";

/** What somebody should know before looking at the day: dates with nothing approved, what the media library
 * complains of, and a clock that was not right. */

/** @typedef {import("./resources.js").EmptyDate} EmptyDate */
/** @typedef {import("./resources.js").ClockEvent} ClockEvent */

const DAY_MS = 86_400_000;
/** @type {Record<number, string>} */
const URGENCY = { 5: "early", 3: "soon", 1: "last" };

/** @param {number} days */
function daysText(days) {
  if (days === 0) return t("empty.today");
  return days === 1 ? t("empty.tomorrow") : t("empty.days", { days });
}

/** @param {EmptyDate[]} dates @returns {import("./dom.js").Child[]} */
export function drawEmptyDates(dates) {
  if (dates.length === 0) return [];
  return [
    el("h2", {}, () => t("empty.title")),
    ...dates.map(({ dueAt, startAt, daysLeft, programme, schedule, airsInstead, reason }) => {
      const at = Date.parse(startAt);
      const urgency = URGENCY[dueAt] ?? "last";
      return el(
        "div",
        { class: `warning empty-date ${urgency}`, role: urgency === "last" ? "alert" : null },
        el(
          "p",
          {},
          el("strong", { class: "days-left" }, () => daysText(daysLeft)),
          " ",
          () => `${dateText(at)} ${timeText(at)}`,
          " · ",
          `${programme}（${schedule}）`,
        ),
        el("p", {}, () =>
          airsInstead === null
            ? t("empty.silent", { reason: reasonText(reason ?? "") })
            : t("empty.instead", { title: airsInstead }),
        ),
        el("a", { href: "#/programmes" }, () => t("empty.toDo")),
      );
    }),
  ];
}

/** @param {import("./resources.js").Complaint[]} complaints @returns {import("./dom.js").Child[]} */
export function drawComplaints(complaints) {
  if (complaints.length === 0) return [];
  return [
    el("h2", {}, () => t("complaint.title")),
    ...complaints.map(({ kind, text }) =>
      el(
        "div",
        { class: "warning" },
        el("p", {}, () => sentence(text)),
        el("p", { class: "hint" }, () => term("complaint", kind)),
      ),
    ),
  ];
}

/** Those of the last day. @param {ClockEvent[]} events */
export const recentOf = (events) => events.filter(({ at }) => serverNow() - Date.parse(at) < DAY_MS);

/** @param {ClockEvent[]} events @returns {import("./dom.js").Child[]} */
export function drawClockEvents(events) {
  if (events.length === 0) return [];
  return [
    el("h2", {}, () => t("clock.title")),
    el(
      "div",
      { class: "warning" },
      el(
        "ul",
        { class: "plain-list" },
        ...events.map(({ at, kind, byMs }) =>
          el(
            "li",
            {},
            () => momentText(at),
            " ",
            () => t(`clock.${kind}`, { time: durationText(byMs) }),
          ),
        ),
      ),
      el("p", { class: "hint" }, () => t("clock.hint")),
    ),
  ];
}
