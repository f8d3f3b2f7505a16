import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { announce, problemNotice } from "./notices.js";
import { useAsset } from "./resources.js";
import { spokenText } from "./spoken-text.js";

/**
 * Lets the server speak a text for a place without a recording.
 * @param {{ place: string, what: () => string, onChanged: (answer: any) => void }} options
 */
export const speechDialog = ({ place, what, onChanged }) =>
  spokenDialog({
    title: () => t("speech.title", { what: what() }),
    confirm: () => t("speech.use"),
    busy: () => t("speech.using"),
    async run(sha256) {
      onChanged(await useAsset(place, sha256));
      announce(() => t("speech.done"));
    },
  });

/**
 * A dialog for a text that can be used once it was heard to its end.
 * @param {object} options
 * @param {() => string} options.title
 * @param {import("./dom.js").Child[]} [options.before] what it is about
 * @param {string} [options.text] to begin with
 * @param {() => string} options.confirm
 * @param {() => string} options.busy
 * @param {(sha256: string) => Promise<void>} options.run
 */
export function spokenDialog({ title, before = [], text = "", confirm, busy, run }) {
  /** @type {string | null} */
  let heard = null;
  const spoken = spokenText({
    onHeard: (speech) => {
      heard = speech?.sha256 ?? null;
      use.disabled = heard === null;
    },
  });
  const outcome = el("div", { "aria-live": "assertive" });
  const use = el("button", { type: "button", class: "primary", disabled: true, onclick: take }, confirm);
  /** @type {HTMLDialogElement} */
  const dialog = el(
    "dialog",
    { class: "speech", "aria-labelledby": "speech-title", onclose: () => void dialog.remove() },
    el("h2", { id: "speech-title" }, title),
    ...before,
    spoken.element,
    outcome,
    el(
      "div",
      { class: "buttons" },
      use,
      el("button", { type: "button", onclick: () => dialog.close() }, () => t("action.cancel")),
    ),
  );

  async function take() {
    if (heard === null) return;
    use.disabled = true;
    fill(outcome, el("p", { class: "loading" }, busy));
    try {
      await run(heard);
      dialog.close();
    } catch (error) {
      fill(outcome, problemNotice(error));
      use.disabled = heard === null;
    }
  }

  if (text !== "") spoken.write(text);
  document.body.append(dialog);
  dialog.showModal();
  spoken.focus();
  return dialog;
}
