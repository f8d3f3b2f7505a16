import { field, passwordField, secretText } from "./account-parts.js";
import { readMe } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { beginFactor, confirmFactor, removeFactor, renewRecoveryCodes, useFactor } from "./people.js";

/** Setting up a second factor, its recovery codes, and taking it away again. */

const codeField = (/** @type {string} */ labelKey, /** @type {import("./dom.js").Attributes} */ more = {}) =>
  field(labelKey, { autocomplete: "one-time-code", maxlength: 40, ...more });

/** @param {string[]} recoveryCodes */
const codesShown = (recoveryCodes) => [
  el("p", {}, () => t("factor.recovery")),
  secretText(recoveryCodes.join("\n"), "factor.copyCodes"),
];

/** Who has no password has shown at the provider who it is. @param {boolean} hasPassword */
function ownPassword(hasPassword) {
  const { input, element } = passwordField("password.current", "current-password");
  return {
    /** Into a dialog; `hint` says what for. @param {import("./dom.js").Child[]} hint */
    body: (...hint) => (hasPassword ? [...hint, element] : [el("p", {}, () => t("factor.freshOnly"))]),
    value: () => (hasPassword ? input.value : undefined),
    focus: () => void (hasPassword && input.focus()),
  };
}

/** Adds the second factor to this sign-in. @param {() => void} changed */
export function askToUseFactor(changed) {
  const code = codeField("factor.codeOrRecovery");
  confirmDialog({
    title: () => t("factor.title"),
    body: [code.element],
    confirm: () => t("factor.continue"),
    async run() {
      await useFactor(code.input.value.trim());
      await readMe();
    },
    done: () => {
      announce(() => t("factor.used"));
      changed();
      return null;
    },
  });
  code.input.focus();
}

/** @param {boolean} hasPassword @param {() => void} changed */
export function askToSetUpFactor(hasPassword, changed) {
  const password = ownPassword(hasPassword);
  confirmDialog({
    title: () => t("factor.title"),
    body: password.body(el("p", {}, () => t("factor.step1"))),
    confirm: () => t("factor.continue"),
    run: () => beginFactor(password.value()),
    done: (begun) => {
      askForFirstCode(begun, changed);
      return null;
    },
  });
  password.focus();
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

/** @param {boolean} hasPassword @param {() => void} changed */
export function askForNewRecoveryCodes(hasPassword, changed) {
  const password = ownPassword(hasPassword);
  const code = codeField("factor.codeOrRecovery");
  confirmDialog({
    title: () => t("factor.renew"),
    body: [el("p", {}, () => t("factor.renewWhat")), ...password.body(), code.element],
    confirm: () => t("factor.continue"),
    run: () => renewRecoveryCodes(password.value(), code.input.value),
    done: ({ recoveryCodes }) => {
      changed();
      return codesShown(recoveryCodes);
    },
  });
}

/** @param {boolean} hasPassword @param {() => void} changed */
export function askToRemoveOwnFactor(hasPassword, changed) {
  const password = ownPassword(hasPassword);
  const code = codeField("factor.codeOrRecovery");
  confirmDialog({
    title: () => t("factor.remove"),
    body: [el("p", {}, () => t("factor.removeWhat")), ...password.body(), code.element],
    confirm: () => t("removeFactor.confirm"),
    grave: true,
    run: () => removeFactor(password.value(), code.input.value),
    done: () => {
      announce(() => t("factor.removed"));
      changed();
      return null;
    },
  });
}
