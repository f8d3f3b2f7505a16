import { areaNames, classBadge } from "./air-preview.js";
import { serverNow } from "./api.js";
import { badge } from "./badges.js";
import { drawn, el, keyed, ticking } from "./dom.js";
import { askToConfirm, isDrill, isOwn, stopNow } from "./emergency-actions.js";
import { countdownText, dateText, momentText, timeText } from "./format.js";
import { t, term } from "./i18n.js";
import { player } from "./renditions.js";
import { reasonText } from "./server-words.js";

/** @typedef {import("./interrupts.js").Emergency} Emergency */
/** @typedef {{ emergency: Emergency, regions: string[] }} Shown */

const OPEN = new Set(["proposed", "confirmed", "active"]);
/** @type {Record<string, [tone: string, sign: string]>} */
const LOOKS = {
  proposed: ["warn", "…"],
  confirmed: ["warn", "✓"],
  active: ["emergency", "●"],
  withdrawn: ["plain", "×"],
  expired: ["plain", "×"],
  stopped: ["plain", "■"],
  ended: ["plain", "✓"],
};

/** Emergencies: what waits or stands in one list, the others in another. @param {() => void} onChanged */
export function emergencyList(onChanged) {
  const make = () => emergencyCard(onChanged);
  const keyOf = (/** @type {Shown} */ { emergency }) => emergency.id;
  const open = el("ul", { class: "plain-list interrupts" });
  const past = el("ul", { class: "plain-list interrupts" });
  const [updateOpen, updatePast] = [keyed(open, keyOf, make), keyed(past, keyOf, make)];
  return {
    open,
    past,
    /** @param {Shown[]} shown */
    update(shown) {
      updateOpen(shown.filter(({ emergency }) => OPEN.has(emergency.state)));
      updatePast(shown.filter(({ emergency }) => !OPEN.has(emergency.state)));
    },
  };
}

/** @param {() => void} onChanged */
function emergencyCard(onChanged) {
  const about = drawn(el("div"), (/** @type {Shown} */ shown) => drawEmergency(shown));
  const sound = player(() => t("interrupt.listen"));
  const waits = drawn(el("div"), drawSoundState);
  const actions = drawn(
    el("div", { class: "buttons" }),
    (/** @type {Emergency & { isOwn: boolean }} */ emergency) => drawActions(emergency, onChanged),
  );
  const element = el(
    "li",
    { class: "card interrupt" },
    about.element,
    el("div", { class: "recording" }, waits.element, sound.element),
    actions.element,
  );
  return {
    element,
    /** @param {Shown} shown */
    update(shown) {
      const { renditions, ...emergency } = shown.emergency;
      element.classList.toggle("drill", isDrill(shown.emergency));
      element.classList.toggle("standing", emergency.state === "active");
      about.update({ ...shown, emergency: { ...emergency, renditions: [] } });
      waits.update({
        isOpen: OPEN.has(emergency.state),
        isReady: renditions.some(({ state, mime }) => state === "ready" && mime?.startsWith("audio/")),
      });
      sound.update(renditions);
      actions.update({ ...emergency, renditions: [], isOwn: isOwn(shown.emergency) });
    },
  };
}

/** @param {{ isOpen: boolean, isReady: boolean }} sound @returns {import("./dom.js").Child[]} */
const drawSoundState = ({ isOpen, isReady }) => [
  isOpen && !isReady && el("p", { class: "loading" }, () => t("emergency.soundIsMade")),
];

/** @param {Shown} shown @returns {import("./dom.js").Child[]} */
function drawEmergency({ emergency, regions }) {
  const { id, title, text, state, severity, areas, until, proposedAt, people, reason, silent, startedAt } =
    emergency;
  const [tone, sign] = LOOKS[state] ?? ["plain", ""];
  return [
    el(
      "h3",
      {},
      classBadge({ class: emergency.class, silent }),
      " ",
      startedAt === null ? title : el("a", { href: `#/broadcasts/${id}` }, title),
      " ",
      badge(tone, sign, () => t(`emergency.state.${state}`)),
      severity !== null && el("span", { class: "badge" }, () => term("severity", severity)),
    ),
    el("p", { class: "fact" }, () =>
      [
        areaNames(regions, areas.length),
        t("emergency.until", { time: momentText(until) }),
        t("emergency.by", {
          name: people.proposed,
          time: `${dateText(proposedAt)} ${timeText(proposedAt)}`,
        }),
      ].join(" · "),
    ),
    people.confirmed !== null &&
      el("p", { class: "fact" }, () => t("emergency.confirmedBy", { name: people.confirmed ?? "" })),
    people.stopped !== null &&
      el("p", { class: "fact" }, () => t("emergency.stoppedBy", { name: people.stopped ?? "" })),
    reason !== null && el("p", { class: "reason" }, () => reasonText(reason)),
    text !== null && el("p", { class: "spoken" }, text),
  ];
}

/** @param {Emergency & { isOwn: boolean }} emergency @param {() => void} onChanged @returns {import("./dom.js").Child[]} */
function drawActions(emergency, onChanged) {
  const { state, confirmBy } = emergency;
  if (!OPEN.has(state)) return [];
  return [
    state === "proposed" && leftToConfirm(confirmBy),
    state === "proposed" &&
      (emergency.isOwn
        ? el("p", { class: "second-person" }, () => t("emergency.needsOther"))
        : el(
            "button",
            {
              type: "button",
              class: isDrill(emergency) ? "primary" : "stop",
              onclick: () => askToConfirm(emergency, onChanged),
            },
            () => t("emergency.confirm"),
          )),
    el("button", { type: "button", class: "danger", onclick: () => void stopNow(emergency, onChanged) }, () =>
      t(state === "active" ? "emergency.stop" : "emergency.withdraw"),
    ),
  ];
}

/** What is left of the ten minutes. @param {string} confirmBy */
export const leftToConfirm = (confirmBy) =>
  ticking(() => t("emergency.left", { time: countdownText(Date.parse(confirmBy) - serverNow()).slice(-5) }), {
    class: "left-to-confirm",
    role: "timer",
  });
