import { drawn, el, fill } from "./dom.js";
import { durationText } from "./format.js";
import { createHeard } from "./heard.js";
import { t } from "./i18n.js";

/** Listening to what devices play, part by part, by mouse or keys, with an account of what was heard. */

/** @typedef {import("./reviews.js").HeardPart} HeardPart */

const STEP_S = 5;
const RATES = [1, 1.25, 1.5, 2];
/** Keys mean something else there. */
const TYPES_OR_PLAYS = "input, textarea, select, button, a, summary, audio, video, dialog";

/**
 * @param {HeardPart} part
 * @param {{ index: number, onHeard: () => void, onCurrent: () => void, onEnded: () => void }} options
 */
function onePart({ title, sha256, mime, durationMs }, { index, onHeard, onCurrent, onEnded }) {
  const heard = createHeard(sha256);
  const account = drawn(el("span", { class: "fact" }), (/** @type {{ ms: number }} */ { ms }) => [
    () =>
      ms === durationMs
        ? t("review.heardAll")
        : t("review.heard", { heard: durationText(ms), total: durationText(durationMs) }),
  ]);
  const problem = el("p", { class: "problem", hidden: true }, () => t("review.cannotPlay"));
  /** @type {HTMLMediaElement} */
  const media = el(mime.startsWith("video/") ? "video" : "audio", {
    controls: true,
    preload: "metadata",
    src: `/media/${sha256}`,
    "aria-label": () => t("review.listenTo", { what: title }),
    onplay: onCurrent,
    ontimeupdate: note,
    onpause: note,
    onended: () => {
      note();
      onEnded();
    },
    onerror: () => void (problem.hidden = false),
  });
  function note() {
    heard.note(media.played);
    account.update({ ms: heard.ms(durationMs) });
    onHeard();
  }
  account.update({ ms: heard.ms(durationMs) });
  return {
    media,
    index,
    element: el(
      "section",
      { class: "slot heard-part" },
      el("h3", {}, `${index + 1}. ${title}`),
      media,
      el("p", {}, account.element),
      problem,
    ),
    isHeard: () => heard.ms(durationMs) === durationMs,
  };
}

/**
 * @param {{ onHeard: () => void }} options called whenever more was heard
 */
export function reviewPlayer({ onHeard }) {
  /** @type {ReturnType<typeof onePart>[]} */
  let parts = [];
  let current = 0;
  let rate = 1;
  const list = el("div", { class: "slots" });
  const speed = el(
    "select",
    { onchange: () => setRate(Number(speed.value)) },
    ...RATES.map((value) => el("option", { value }, `${value}×`)),
  );
  const toggle = el("button", { type: "button", onclick: playOrPause }, () => t("review.playPause"));
  const element = el(
    "div",
    {},
    list,
    el(
      "div",
      { class: "buttons player-tools" },
      el("button", { type: "button", onclick: () => seekBy(-STEP_S) }, () => t("review.back", { s: STEP_S })),
      toggle,
      el("button", { type: "button", onclick: () => seekBy(STEP_S) }, () => t("review.ahead", { s: STEP_S })),
      el("label", {}, () => t("review.speed"), " ", speed),
    ),
    el("p", { class: "hint keys-hint" }, () => t("review.keys", { s: STEP_S })),
  );

  const media = () => parts[current]?.media;
  function playOrPause() {
    const now = media();
    if (!now) return;
    if (now.paused) void now.play();
    else now.pause();
  }
  /** @param {number} seconds */
  function seekBy(seconds) {
    const now = media();
    if (now) now.currentTime = Math.max(0, now.currentTime + seconds);
  }
  /** @param {number} next */
  function setRate(next) {
    rate = next;
    speed.value = String(next);
    for (const part of parts) part.media.playbackRate = next;
  }
  /** @param {number} by */
  function changeRate(by) {
    setRate(RATES[Math.min(RATES.length - 1, Math.max(0, RATES.indexOf(rate) + by))] ?? 1);
  }
  /** One sounds at a time. @param {number} index */
  function makeCurrent(index) {
    current = index;
    for (const part of parts) if (part.index !== index) part.media.pause();
  }
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(TYPES_OR_PLAYS)) return;
    /** @type {Record<string, () => void>} */
    const keys = {
      " ": playOrPause,
      ArrowLeft: () => seekBy(-STEP_S),
      ArrowRight: () => seekBy(STEP_S),
      ">": () => changeRate(1),
      "<": () => changeRate(-1),
    };
    const act = keys[event.key];
    if (!act || parts.length === 0) return;
    event.preventDefault();
    act();
  }
  document.addEventListener("keydown", onKey);

  return {
    element,
    /** Only of other files the players are made anew. @param {HeardPart[]} wanted */
    update: drawn(list, (/** @type {HeardPart[]} */ wanted) => {
      current = 0;
      parts = wanted.map((part, index) =>
        onePart(part, {
          index,
          onHeard,
          onCurrent: () => makeCurrent(index),
          onEnded: () => void parts[index + 1]?.media.play(),
        }),
      );
      setRate(rate);
      element.hidden = wanted.length === 0;
      return parts.map((part) => part.element);
    }).update,
    isHeard: () => parts.length > 0 && parts.every((part) => part.isHeard()),
    /** Where it is. */
    place: () => ({ part: current + 1, atMs: Math.round((media()?.currentTime ?? 0) * 1000) }),
    /** @param {number} part from 1 @param {number} atMs */
    goTo(part, atMs) {
      makeCurrent(part - 1);
      const now = media();
      if (!now) return;
      now.currentTime = atMs / 1000;
      void now.play();
    },
    close() {
      document.removeEventListener("keydown", onKey);
      for (const part of parts) part.media.pause();
      fill(list);
    },
  };
}
