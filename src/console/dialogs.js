import { asProblem } from "./api.js";
import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { problemNotice } from "./notices.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * Asks before something is done, does it, and shows what came of it, all in one native dialog.
 * @template R
 * @param {object} options
 * @param {() => string} options.title
 * @param {Child[]} options.body what exactly will happen, and to what
 * @param {() => string} options.confirm the button's text
 * @param {() => string} [options.busy] while it is being done
 * @param {() => string} [options.again] the button's text after a failure
 * @param {boolean} [options.grave] whether the button is the red one
 * @param {boolean} [options.drill] whether it is about a drill, which looks like nothing else
 * @param {(closing: AbortSignal) => Promise<R>} options.run told when the dialog is closed before it is done
 * @param {(result: R) => Child[] | null} options.done what came of it; `null` closes the dialog
 */
export function confirmDialog({
  title,
  body,
  confirm,
  busy,
  again,
  grave = false,
  drill = false,
  run,
  done,
}) {
  const closing = new AbortController();
  const content = el("div", { class: "dialog-body" }, ...body);
  const outcome = el("div", { class: "dialog-body", "aria-live": "assertive" });
  const go = el("button", { type: "button", class: grave ? "stop" : "primary", onclick: act }, confirm);
  const leave = el("button", { type: "button", onclick: () => dialog.close() }, () => t("action.cancel"));
  /** @type {HTMLDialogElement} */
  const dialog = el(
    "dialog",
    {
      class: drill ? "confirm drill" : "confirm",
      "aria-labelledby": "confirm-title",
      onclose() {
        closing.abort();
        dialog.remove();
      },
    },
    el("h2", { id: "confirm-title", class: grave ? "grave" : null }, title),
    content,
    outcome,
    el("div", { class: "buttons" }, go, leave),
  );

  async function act() {
    go.disabled = true;
    if (busy) fill(outcome, el("p", { class: "loading" }, busy));
    try {
      const result = done(await run(closing.signal));
      if (result === null) return dialog.close();
      fill(content);
      fill(outcome, ...result);
      go.remove();
      fill(leave, () => t("action.close"));
      leave.focus();
    } catch (error) {
      const { code } = asProblem(error);
      // Without an answer nobody knows whether the server acted.
      const note = code === "offline" || code === "timeout" ? () => t("problem.unknownOutcome") : undefined;
      fill(outcome, problemNotice(error, note ? { note } : {}));
      if (again) fill(go, again);
    } finally {
      go.disabled = false;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  // A slip of the Enter key must not stop a county; whoever means it moves to the button.
  leave.focus();
  return dialog;
}
