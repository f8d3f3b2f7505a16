import { serverNow } from "./api.js";
import { drawn, el, keyed, ticking } from "./dom.js";
import { isDrill, isOwn, stopNow } from "./emergency-actions.js";
import { leftToConfirm } from "./emergency-list.js";
import { countdownText } from "./format.js";
import { t, term } from "./i18n.js";
import { listEmergencies } from "./interrupts.js";
import { REFRESH_MS } from "./live.js";

/** What stands or waits for a second person, on every page: nobody may overlook it, and anybody may end it. */

/** @typedef {import("./interrupts.js").Emergency} Emergency */

const MOST = 20;
const ORDER = ["active", "confirmed", "proposed"];

export const emergencyBars = el("div", { class: "alert-bars" });
const update = keyed(emergencyBars, (/** @type {Emergency} */ { id }) => id, bar);

/** @type {number | undefined} */
let timer;
let isWatching = false;
/** @type {() => void} */
let onStopped = () => {};

/** Looks every few seconds until `stopWatching`. @param {() => void} afterStop refreshes the page that is open */
export function watchEmergencies(afterStop) {
  onStopped = afterStop;
  if (isWatching) return;
  isWatching = true;
  void lookForEmergencies();
}

export function stopWatching() {
  isWatching = false;
  clearTimeout(timer);
  update([]);
}

/** Looks at once, as after a stop. */
export async function lookForEmergencies() {
  try {
    const { items } = await listEmergencies({ limit: MOST, open: "true" });
    if (!isWatching) return;
    update(
      items
        .map((emergency) => ({ ...emergency, renditions: [] }))
        .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)),
    );
  } catch {
    // What stood a moment ago is taken to stand; that nothing is live is said by the page itself.
  }
  clearTimeout(timer);
  if (isWatching) timer = setTimeout(() => void lookForEmergencies(), REFRESH_MS);
}

function bar() {
  const element = el("div");
  const part = drawn(element, drawBar);
  return {
    element,
    /** @param {Emergency} emergency */
    update(emergency) {
      const look = isDrill(emergency) ? "drill" : emergency.state === "active" ? "standing" : "waiting";
      element.className = `alert-bar ${look}`;
      part.update({ ...emergency, isOwn: isOwn(emergency) });
    },
  };
}

/** @param {Emergency & { isOwn: boolean }} emergency @returns {import("./dom.js").Child[]} */
function drawBar(emergency) {
  const { title, state, until, confirmBy } = emergency;
  const isWaiting = state === "proposed";
  return [
    el(
      "div",
      { class: "alert-bar-inner" },
      // Without the time that is left, which would be read out every second.
      el(
        "div",
        { class: "alert-words", role: "alert" },
        el("strong", { class: "alert-kind" }, () => term("class", emergency.class)),
        el("a", { href: "#/announcements/emergencies" }, title),
        el("span", {}, () =>
          t(isWaiting ? (emergency.isOwn ? "alert.waitsForOther" : "alert.waitsForYou") : `alert.${state}`),
        ),
      ),
      isWaiting
        ? leftToConfirm(confirmBy)
        : ticking(() => t("alert.left", { time: countdownText(Date.parse(until) - serverNow()) }), {
            class: "number",
          }),
      el(
        "button",
        {
          type: "button",
          "aria-label": () => t(isWaiting ? "alert.withdrawLabel" : "alert.stopLabel", { title }),
          onclick: () =>
            void stopNow(emergency, () => {
              void lookForEmergencies();
              onStopped();
            }),
        },
        () => t(isWaiting ? "emergency.withdraw" : "emergency.stop"),
      ),
    ),
  ];
}
