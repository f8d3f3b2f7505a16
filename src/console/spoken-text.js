import { Problem } from "./api.js";
import { el, fill } from "./dom.js";
import { durationText } from "./format.js";
import { t } from "./i18n.js";
import { problemNotice } from "./notices.js";
import { speak } from "./resources.js";

/** @typedef {import("./resources.js").Speech} Speech */

const MAX_CHARACTERS = 5000;
let serial = 0;

/**
 * A text and the server's voice for it. It counts only after it was heard to the end, and only as it was heard.
 * @param {{ onHeard: (speech: Speech | null) => void }} options gets `null` as soon as the text is another one
 */
export function spokenText({ onHeard }) {
  const id = `spoken-text-${(serial += 1)}`;
  const text = el("textarea", { id, rows: 6, maxlength: MAX_CHARACTERS, oninput: forget });
  const preview = el("div", { class: "recording", "aria-live": "polite" });
  const outcome = el("div", { "aria-live": "assertive" });
  const speaks = el("button", { type: "button", onclick: () => void listen() }, () => t("speech.preview"));
  /** Grows with each change: a voice that was asked before it speaks another text. */
  let round = 0;

  function forget() {
    round += 1;
    onHeard(null);
    fill(preview);
    fill(outcome);
  }

  async function listen() {
    forget();
    if (text.value.trim() === "") return text.focus();
    const mine = round;
    speaks.disabled = true;
    fill(
      outcome,
      el("p", { class: "loading" }, () => t("speech.speaking")),
    );
    try {
      const speech = await speak(text.value);
      if (mine !== round) return;
      fill(outcome);
      show(speech);
    } catch (error) {
      if (mine === round) fill(outcome, problemNotice(error));
    } finally {
      speaks.disabled = false;
    }
  }

  /** @param {Speech} speech */
  function show(speech) {
    const sound = el("audio", {
      controls: true,
      autoplay: true,
      src: speech.url,
      "aria-label": () => t("recording.listen"),
      onended: () => onHeard(speech),
      onerror: () =>
        fill(outcome, problemNotice(new Problem("unavailable", ""), { title: () => t("speech.unplayable") })),
    });
    fill(
      preview,
      el("p", { class: "fact" }, () =>
        t("speech.made", { engine: speech.engine, duration: durationText(speech.durationMs) }),
      ),
      sound,
      el(
        "details",
        {},
        el("summary", {}, () => t("speech.words")),
        el("p", { class: "preformatted" }, speech.spokenText),
      ),
    );
  }

  return {
    element: el(
      "div",
      { class: "spoken-text" },
      el("label", { for: id }, () => t("speech.text")),
      text,
      el("p", { class: "hint" }, () => t("speech.hint")),
      el("div", { class: "buttons" }, speaks),
      preview,
      outcome,
    ),
    focus: () => text.focus(),
    /** @param {string} value */
    write(value) {
      text.value = value;
      forget();
    },
  };
}
