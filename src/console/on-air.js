import { areaNames } from "./air-preview.js";
import { el, fill, ticking } from "./dom.js";
import { durationText } from "./format.js";
import { t } from "./i18n.js";
import { endVoiceAtLast } from "./interrupts.js";
import { levelMeter } from "./level-meter.js";
import { speakLive } from "./live-sender.js";
import { openMicrophone } from "./microphone.js";
import { problemNotice } from "./notices.js";
import { askToStopOne } from "./stop.js";

/** Whoever speaks live is told so on every page, until it is over: who hears it, for how long, how loud, how far behind. */

/** @typedef {import("./interrupts.js").Announcement} Announcement */
/** @typedef {import("./interrupts.js").Preview} Preview */
/** @typedef {import("./live-sender.js").SendState} SendState */

const BITS_PER_SECOND = 48_000;
const AREAS_NAMED = 6;
const MINUTE_MS = 60_000;

/** Empty while nobody speaks from this page. */
export const onAirBar = el("div", { class: "on-air-place" });
/** Ends what is spoken from this page, without waiting for it. @type {(() => void) | null} */
let leave = null;

export const isSpeaking = () => leave !== null;
/** Nobody comes back to it, as after a sign-out. */
export function leaveTheAir() {
  leave?.();
  fill(onAirBar);
}

addEventListener("beforeunload", (event) => void (leave && event.preventDefault()));
addEventListener("pagehide", leaveTheAir);

/**
 * Opens the microphone, makes the announcement, and speaks.
 * @param {() => Promise<Announcement>} make
 * @param {{ preview: Preview, onChange: () => void, cancelled: AbortSignal }} options `onChange` once there is something
 *   else to be seen of it; `cancelled` until it speaks
 * @returns {Promise<Announcement>}
 * @throws {import("./microphone.js").MicrophoneProblem}
 */
export async function goOnAir(make, { preview, onChange, cancelled }) {
  const meter = levelMeter();
  const microphone = await openMicrophone(meter.show, BITS_PER_SECOND);
  try {
    cancelled.throwIfAborted();
    const announcement = await make();
    // Nobody speaks into it then, and so it is never heard.
    cancelled.throwIfAborted();
    begin(announcement, microphone, meter.element, { preview, onChange });
    return announcement;
  } catch (error) {
    microphone.close();
    throw error;
  }
}

/**
 * @param {Announcement} announcement
 * @param {import("./microphone.js").Microphone} microphone
 * @param {Element} meter
 * @param {{ preview: Preview, onChange: () => void }} options
 */
function begin({ id, title, live, broadcast, class: of, silent }, microphone, meter, { preview, onChange }) {
  const sign = el("strong", { class: "on-air-sign", role: "status" }, () => t("live.onAir"));
  const state = el("p", { class: "on-air-state", "aria-live": "polite" });
  const outcome = el("div", { "aria-live": "assertive" });
  const longestMs = (live?.longestMinutes ?? 0) * MINUTE_MS;
  const sender = speakLive(id, microphone, show);
  const end = el("button", { type: "button", class: "primary", onclick: sender.stop }, () => t("live.end"));
  const stop = el(
    "button",
    { type: "button", class: "danger", onclick: () => askToStopOne(broadcast, onChange) },
    () => t("live.stop"),
  );
  const buttons = el("div", { class: "buttons" }, end, stop);
  const { areas, devices } = preview;
  const bar = el(
    "section",
    { class: of === "drill" ? "on-air drill" : "on-air", "aria-label": () => t("live.onAir") },
    el(
      "div",
      { class: "on-air-inner" },
      sign,
      el("span", { class: "on-air-title" }, title),
      of === "drill" &&
        el("span", { class: "badge drill-badge" }, () => t(silent ? "drill.silent" : "class.drill")),
      ticking(() => `${durationText(sender.elapsedMs())} / ${durationText(longestMs)}`, {
        class: "elapsed",
        role: "timer",
      }),
      meter,
      buttons,
      el("p", { class: "on-air-who" }, () =>
        t("live.who", {
          areas: areaNames(
            areas.slice(0, AREAS_NAMED).map(({ name }) => name),
            areas.length,
          ),
          total: devices.total,
          online: devices.online,
        }),
      ),
      state,
      outcome,
    ),
  );
  leave = () => {
    endVoiceAtLast(id);
    leave = null;
    sender.stop();
  };
  let shown = "";
  let isTold = false;
  show({ isCut: false, waitingMs: 0, delayMs: null, endedBy: null, problem: null });
  fill(onAirBar, bar);
  end.focus();

  /** @param {SendState} now */
  function show(now) {
    const { isCut, waitingMs, delayMs, endedBy, problem } = now;
    if (endedBy !== null || problem !== null) return showEnd(now);
    if (delayMs !== null && !isTold) {
      isTold = true;
      onChange();
    }
    bar.classList.toggle("cut", isCut);
    const seconds = (/** @type {number} */ ms) => Math.round(ms / 1000);
    const text = isCut
      ? () => t("live.cut", { seconds: seconds(waitingMs) })
      : delayMs === null
        ? () => t("live.preparing")
        : () => t("live.delay", { seconds: seconds(delayMs) });
    // A screen reader says it again whenever it is written again.
    const key = `${isCut} ${isCut ? seconds(waitingMs) : seconds(delayMs ?? 0)}`;
    if (key === shown) return;
    shown = key;
    fill(state, text);
  }

  /** @param {SendState} now */
  function showEnd({ endedBy, problem, delayMs }) {
    const hadFocus = onAirBar.contains(document.activeElement);
    leave = null;
    bar.classList.add("over");
    bar.classList.remove("cut");
    fill(sign, () => t("live.over"));
    fill(state, endedBy !== null && (() => t(`live.endedBy.${endedBy}`)), " ", () =>
      endedBy === "stopped" || delayMs === null
        ? ""
        : t("live.stillHeard", { seconds: Math.round(delayMs / 1000) }),
    );
    if (problem !== null) fill(outcome, problemNotice(problem));
    meter.remove();
    const close = el("button", { type: "button", onclick: () => fill(onAirBar) }, () => t("action.close"));
    fill(
      buttons,
      el("a", { href: `#/broadcasts/${id}` }, () => t("live.see")),
      close,
    );
    if (hadFocus) close.focus();
    onChange();
  }
}
