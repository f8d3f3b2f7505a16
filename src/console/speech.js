import { Problem } from "./api.js";
import { el, fill } from "./dom.js";
import { durationText } from "./format.js";
import { t } from "./i18n.js";
import { announce, problemNotice } from "./notices.js";
import { speak, useAsset } from "./resources.js";

/** @typedef {import("./resources.js").Speech} Speech */

const MAX_CHARACTERS = 5000;

/**
 * Lets the server speak a text for a place without a recording. It can be used only after it was heard to the end, and
 * only as it was heard.
 * @param {{ place: string, what: () => string, onChanged: (answer: any) => void }} options
 */
export function speechDialog({ place, what, onChanged }) {
  /** @type {Speech | null} */
  let heard = null;
  const text = el("textarea", { id: "speech-text", rows: 8, maxlength: MAX_CHARACTERS, oninput: forget });
  const preview = el("div", { class: "recording", "aria-live": "polite" });
  const outcome = el("div", { "aria-live": "assertive" });
  const speaks = el("button", { type: "button", onclick: listen }, () => t("speech.preview"));
  const use = el("button", { type: "button", class: "primary", disabled: true, onclick: take }, () =>
    t("speech.use"),
  );
  /** @type {HTMLDialogElement} */
  const dialog = el(
    "dialog",
    { class: "speech", "aria-labelledby": "speech-title", onclose: () => void dialog.remove() },
    el("h2", { id: "speech-title" }, () => t("speech.title", { what: what() })),
    el("label", { for: "speech-text" }, () => t("speech.text")),
    text,
    el("p", { class: "hint" }, () => t("speech.hint")),
    preview,
    outcome,
    el(
      "div",
      { class: "buttons" },
      speaks,
      use,
      el("button", { type: "button", onclick: () => dialog.close() }, () => t("action.cancel")),
    ),
  );

  function forget() {
    heard = null;
    use.disabled = true;
    fill(preview);
    fill(outcome);
  }

  /** @param {() => string} says @param {() => Promise<void>} work */
  async function busy(says, work) {
    speaks.disabled = text.disabled = use.disabled = true;
    fill(outcome, el("p", { class: "loading" }, says));
    try {
      await work();
      fill(outcome);
    } catch (error) {
      fill(outcome, problemNotice(error));
    } finally {
      speaks.disabled = text.disabled = false;
      use.disabled = heard === null;
    }
  }

  function listen() {
    forget();
    if (text.value.trim() === "") return text.focus();
    return busy(
      () => t("speech.speaking"),
      async () => show(await speak(text.value)),
    );
  }

  /** @param {Speech} speech */
  function show(speech) {
    const sound = el("audio", {
      controls: true,
      autoplay: true,
      src: speech.url,
      "aria-label": () => t("recording.listen"),
      onended: () => {
        heard = speech;
        use.disabled = false;
      },
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

  function take() {
    const { sha256 } = heard ?? { sha256: null };
    if (sha256 === null) return;
    return busy(
      () => t("speech.using"),
      async () => {
        onChanged(await useAsset(place, sha256));
        announce(() => t("speech.done"));
        dialog.close();
      },
    );
  }

  document.body.append(dialog);
  dialog.showModal();
  text.focus();
  return dialog;
}
