import { el } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";

/** Parts of dialogs that ask for something or hand something over. */

let serial = 0;

/** @param {string} labelKey @param {import("./dom.js").Attributes} [attributes] @param {import("./dom.js").Child} [hint] */
export function field(labelKey, attributes = {}, hint = null) {
  const id = `account-field-${(serial += 1)}`;
  const input = el("input", { id, maxlength: 200, autocomplete: "off", ...attributes });
  const element = el(
    "div",
    { class: "field" },
    el("label", { for: id }, () => t(labelKey)),
    input,
    hint,
  );
  return { input, element };
}

/** @param {string} labelKey @param {"current-password" | "new-password"} autocomplete @param {import("./dom.js").Child} [hint] */
export const passwordField = (labelKey, autocomplete, hint = null) =>
  field(labelKey, { type: "password", autocomplete }, hint);

/**
 * Boxes to tick, in a group with a name.
 * @param {string} legendKey
 * @param {{ value: string, text: () => string, hint?: () => string }[]} choices
 * @param {readonly string[]} chosen
 */
export function choices(legendKey, choices, chosen) {
  const boxes = choices.map(({ value, text, hint }) => {
    const box = el("input", { type: "checkbox", value, checked: chosen.includes(value) });
    return {
      box,
      element: el("label", { class: "tick" }, box, " ", text, hint && el("small", {}, " ", hint)),
    };
  });
  return {
    element: el(
      "fieldset",
      { class: choices.some(({ hint }) => hint) ? "ticks" : "ticks short" },
      el("legend", {}, () => t(legendKey)),
      ...boxes.map(({ element }) => element),
    ),
    boxes: boxes.map(({ box }) => box),
    chosen: () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
  };
}

/** Something shown this once, to be copied. @param {string} text @param {string} copyKey */
export function secretText(text, copyKey) {
  const shown = el("code", { class: "secret" }, text);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      announce(() => t("invite.copied"));
    } catch {
      // Without HTTPS a browser has no clipboard for pages: it is selected, to be copied by hand.
      getSelection()?.selectAllChildren(shown);
    }
  }
  return el(
    "div",
    { class: "secret-box" },
    shown,
    el("button", { type: "button", onclick: copy }, () => t(copyKey)),
  );
}
