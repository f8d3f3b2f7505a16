import { serverNow } from "./api.js";
import { el } from "./dom.js";
import { dateText, durationText, momentText, timeText } from "./format.js";
import { t, term } from "./i18n.js";
import { reasonText, sentence } from "./server-words.js";

/** What somebody should know before looking at the day: dates with nothing approved, conflicts, what the media library
 * complains of, and a clock that was not right. */

/** @typedef {import("./resources.js").EmptyDate} EmptyDate */
/** @typedef {import("./resources.js").Conflict} Conflict */
/** @typedef {import("./resources.js").ClockEvent} ClockEvent */

const DAY_MS = 86_400_000;
/** @type {Record<number, string>} */
const URGENCY = { 5: "early", 3: "soon", 1: "last" };

/** @param {number} days */
function daysText(days) {
  if (days === 0) return t("empty.today");
  return days === 1 ? t("empty.tomorrow") : t("empty.days", { days });
}

/** @param {string | null} reviewAgain @param {string | null} consentOf */
function toDoText(reviewAgain, consentOf) {
  if (reviewAgain !== null) return t("empty.again", { title: reviewAgain });
  return consentOf === null ? t("empty.toDo") : t("empty.consent", { title: consentOf });
}

/** @param {EmptyDate[]} dates @returns {import("./dom.js").Child[]} */
export function drawEmptyDates(dates) {
  if (dates.length === 0) return [];
  return [
    el("h2", {}, () => t("empty.title")),
    ...dates.map(
      ({ dueAt, startAt, daysLeft, programme, schedule, airsInstead, reviewAgain, consentOf, reason }) => {
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
          el("a", { href: "#/programmes" }, () => toDoText(reviewAgain, consentOf)),
        );
      },
    ),
  ];
}

/** @param {string[]} dates `YYYY-MM-DD` */
const daysOf = (dates) => dates.map((date) => dateText(`${date}T12:00Z`)).join(t("list.comma"));

/** @param {{ items: Conflict[], total: number }} conflicts @returns {import("./dom.js").Child[]} */
export function drawConflicts({ items, total }) {
  if (total === 0) return [];
  return [
    el("h2", {}, () => t("conflict.title", { total })),
    ...items.map(({ schedule, kind, time, dates, count, devices, other, winner, mend }) =>
      el(
        "div",
        { class: "warning conflict" },
        el("p", {}, el("strong", {}, schedule), time === null ? "" : ` ${time}`, " · ", () =>
          count > dates.length ? t("conflict.moreDates", { dates: daysOf(dates), count }) : daysOf(dates),
        ),
        el("p", {}, () => t(`conflict.${kind}`, { other: other?.name ?? "", devices })),
        winner !== null &&
          el("p", {}, () =>
            t("conflict.winner", { name: (winner === "this" ? schedule : other?.name) ?? schedule }),
          ),
        mend.time !== undefined && el("p", {}, () => t("conflict.move", { time: mend.time ?? "" })),
        mend.slotMinutes !== undefined &&
          el("p", {}, () => t("conflict.slot", { minutes: mend.slotMinutes ?? 0 })),
      ),
    ),
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
