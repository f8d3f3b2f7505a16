import { field, passwordField, secretText } from "./account-parts.js";
import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { beginFactor, confirmFactor, removeFactor, renewRecoveryCodes } from "./people.js";

/** Setting up a second factor, its recovery codes, and taking it away again. */

const codeField = (/** @type {string} */ labelKey, /** @type {import("./dom.js").Attributes} */ more = {}) =>
  field(labelKey, { autocomplete: "one-time-code", maxlength: 40, ...more });

/** @param {string[]} recoveryCodes */
const codesShown = (recoveryCodes) => [
  el("p", {}, () => t("factor.recovery")),
  secretText(recoveryCodes.join("\n"), "factor.copyCodes"),
];

/** @param {() => void} changed */
export function askToSetUpFactor(changed) {
  const password = passwordField("password.current", "current-password");
  confirmDialog({
    title: () => t("factor.title"),
    body: [el("p", {}, () => t("factor.step1")), password.element],
    confirm: () => t("factor.continue"),
    run: () => beginFactor(password.input.value),
    done: (begun) => {
      askForFirstCode(begun, changed);
      return null;
    },
  });
  password.input.focus();
}

/** @param {{ secret: string, qrCode: string }} begun @param {() => void} changed */
function askForFirstCode({ secret, qrCode }, changed) {
  const code = codeField("factor.code", { inputmode: "numeric" });
  confirmDialog({
    title: () => t("factor.title"),
    body: [
      el("p", {}, () => t("factor.scan")),
      el("img", { class: "qr", src: qrCode, alt: () => t("factor.qr"), width: 220, height: 220 }),
      el("p", { class: "hint" }, () => t("factor.secret"), " ", el("code", {}, secret)),
      code.element,
    ],
    confirm: () => t("factor.confirm"),
    run: () => confirmFactor(code.input.value),
    done: ({ recoveryCodes }) => {
      changed();
      return codesShown(recoveryCodes);
    },
  });
  code.input.focus();
}

/** @param {() => void} changed */
export function askForNewRecoveryCodes(changed) {
  const password = passwordField("password.current", "current-password");
  const code = codeField("factor.codeOrRecovery");
  confirmDialog({
    title: () => t("factor.renew"),
    body: [el("p", {}, () => t("factor.renewWhat")), password.element, code.element],
    confirm: () => t("factor.continue"),
    run: () => renewRecoveryCodes(password.input.value, code.input.value),
    done: ({ recoveryCodes }) => {
      changed();
      return codesShown(recoveryCodes);
    },
  });
}

/** @param {() => void} changed */
export function askToRemoveOwnFactor(changed) {
  const password = passwordField("password.current", "current-password");
  const code = codeField("factor.codeOrRecovery");
  confirmDialog({
    title: () => t("factor.remove"),
    body: [el("p", {}, () => t("factor.removeWhat")), password.element, code.element],
    confirm: () => t("removeFactor.confirm"),
    grave: true,
    run: () => removeFactor(password.input.value, code.input.value),
    done: () => {
      announce(() => t("factor.removed"));
      changed();
      return null;
    },
  });
}
