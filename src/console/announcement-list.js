import { areaNames, classBadge } from "./air-preview.js";
import { stateBadge } from "./badges.js";
import { drawn, el, keyed } from "./dom.js";
import { dateText, timeText } from "./format.js";
import { t, term } from "./i18n.js";
import { player } from "./renditions.js";
import { reasonText } from "./server-words.js";
import { askToStopOne } from "./stop.js";

/** @typedef {import("./interrupts.js").Announcement} Announcement */
/** @typedef {import("./resources.js").Broadcast} Broadcast */
/** @typedef {import("./resources.js").Proof} Proof */
/** @typedef {{ announcement: Announcement, regions: string[], proof: Proof | null }} Shown */

const STOPPABLE = new Set(["planned", "ready", "frozen", "on_air"]);

/** Announcements and drills with what became of them. @param {() => void} onStopped */
export function announcementList(onStopped) {
  const element = el("ul", { class: "plain-list interrupts" });
  const update = keyed(
    element,
    (/** @type {Shown} */ { announcement }) => announcement.id,
    () => announcementCard(onStopped),
  );
  return { element, update };
}

/** @param {() => void} onStopped */
function announcementCard(onStopped) {
  const about = drawn(el("div"), drawAnnouncement);
  const sound = player(() => t("interrupt.listen"));
  const actions = drawn(el("div", { class: "buttons" }), (/** @type {Broadcast} */ broadcast) => [
    STOPPABLE.has(broadcast.state) &&
      el(
        "button",
        { type: "button", class: "danger", onclick: () => askToStopOne(broadcast, onStopped) },
        () => t(broadcast.state === "on_air" ? "interrupt.stop" : "interrupt.cancel"),
      ),
  ]);
  const element = el(
    "li",
    { class: "card interrupt" },
    about.element,
    el("div", { class: "recording" }, sound.element),
    actions.element,
  );
  return {
    element,
    /** @param {Shown} shown */
    update(shown) {
      const { announcement } = shown;
      element.classList.toggle("drill", announcement.class === "drill");
      // How far a rendition is changes often, and is not told here.
      about.update({ ...shown, announcement: { ...announcement, renditions: [] } });
      sound.update(announcement.renditions);
      actions.update(announcement.broadcast);
    },
  };
}

/** @param {Shown} shown @returns {import("./dom.js").Child[]} */
function drawAnnouncement({ announcement, regions, proof }) {
  const { title, text, broadcast, repeat, corrects, silent, people, createdAt } = announcement;
  const { id, state, reason, startAt, targets } = broadcast;
  return [
    el(
      "h3",
      {},
      classBadge({ class: announcement.class, silent }),
      " ",
      el("a", { href: `#/broadcasts/${id}` }, title),
      " ",
      stateBadge(state),
    ),
    el("p", { class: "fact" }, () =>
      [
        `${dateText(startAt)} ${timeText(startAt)}`,
        areaNames(regions, targets.regions.length),
        ...targets.kinds.map((kind) => term("kind", kind)),
        ...(repeat > 1 ? [t("interrupt.times", { count: repeat })] : []),
      ].join(" · "),
    ),
    el("p", { class: "fact" }, () =>
      t("interrupt.by", { name: people.created, time: `${dateText(createdAt)} ${timeText(createdAt)}` }),
    ),
    corrects !== null &&
      el(
        "p",
        {},
        el("a", { href: `#/broadcasts/${corrects}` }, () => t("correction.of")),
      ),
    reason !== null && el("p", { class: "reason" }, () => reasonText(reason)),
    text !== null && el("p", { class: "spoken" }, text),
    proof !== null && drawProof(proof),
  ];
}

/** @param {Proof} proof */
function drawProof({ devices, atLeast, unknown }) {
  return el(
    "p",
    { class: "fact" },
    () => t("interrupt.proof", { devices, started: atLeast.started, finished: atLeast.finished }),
    unknown > 0 && (() => ` · ${t("interrupt.unknown", { count: unknown })}`),
  );
}
