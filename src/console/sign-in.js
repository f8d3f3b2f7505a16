import { asProblem, signIn, whoIsSignedIn } from "./api.js";
import { el, fill } from "./dom.js";
import { currentLanguage, setLanguage, t } from "./i18n.js";
import { problemNotice } from "./notices.js";
import { providerPart } from "./provider-sign-in.js";

/** @typedef {"first" | "expired" | "signed-out"} Why */

/** The language switch, named in the language it switches to. */
export const languageButton = () =>
  el(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-label": () => t("language.switchLabel"),
      onclick: () => setLanguage(currentLanguage() === "zh" ? "en" : "zh"),
    },
    () => t("language.switch"),
  );

/** @type {Promise<import("./api.js").User> | null} */
let asking = null;

/**
 * Shows the sign-in form over whatever there is, which stays as it is beneath it, and resolves with who signed in.
 * @param {Why} why
 * @param {unknown} [failure] of a sign-in that was just tried
 * @returns {Promise<import("./api.js").User>}
 */
export function askForSignIn(why, failure = null) {
  asking ??= new Promise((resolve) => openForm(why, failure, resolve)).finally(() => (asking = null));
  return asking;
}

/** @param {Why} why @param {unknown} failure @param {(user: import("./api.js").User) => void} signedIn */
function openForm(why, failure, signedIn) {
  const name = el("input", {
    id: "sign-in-name",
    name: "name",
    autocomplete: "username",
    required: true,
    maxlength: 100,
  });
  const password = el("input", {
    id: "sign-in-password",
    name: "password",
    type: "password",
    autocomplete: "current-password",
    required: true,
    maxlength: 200,
  });
  const code = el("input", {
    id: "sign-in-code",
    name: "code",
    autocomplete: "one-time-code",
    maxlength: 40,
  });
  const codeField = el(
    "div",
    { hidden: true },
    el("label", { for: "sign-in-code" }, () => t("signIn.code")),
    code,
  );
  const outcome = el("div", { "aria-live": "assertive" });
  const submit = el("button", { type: "submit", class: "primary" }, () => t("signIn.submit"));
  const passwordPart = el(
    "div",
    {},
    el("label", { for: "sign-in-name" }, () => t("signIn.name")),
    name,
    el("label", { for: "sign-in-password" }, () => t("signIn.password")),
    password,
    codeField,
    submit,
    el("p", { class: "hint" }, () => t("signIn.hint")),
  );
  const titleKey = why === "expired" ? "signIn.expiredTitle" : "signIn.title";

  const form = el(
    "form",
    { onsubmit: attempt },
    el(
      "p",
      { class: "brand" },
      el("span", { class: "brand-name" }, () => t("brand.name")),
      " ",
      () => t("brand.subtitle"),
    ),
    el("h1", { id: "sign-in-title" }, () => t(titleKey)),
    why === "expired" && el("p", {}, () => t("signIn.expired")),
    why === "signed-out" && el("p", {}, () => t("signIn.signedOut")),
    outcome,
    passwordPart,
    providerPart({ isOver: why === "expired", passwordPart, outcome }),
    el("div", { class: "language" }, languageButton()),
  );
  const dialog = el(
    "dialog",
    {
      class: why === "expired" ? "sign-in" : "sign-in whole",
      "aria-labelledby": "sign-in-title",
      oncancel: (/** @type {Event} */ event) => event.preventDefault(),
      // Browsers let a second Escape through; without a sign-in there is nothing to go back to.
      onclose: () => void (dialog.isConnected && dialog.showModal()),
    },
    form,
  );

  /** @param {import("./api.js").User} user */
  function leave(user) {
    removeEventListener("focus", look);
    dialog.remove();
    signedIn(user);
  }

  /** Somebody who comes back to this tab may have signed in in another one. */
  async function look() {
    try {
      leave(await whoIsSignedIn());
    } catch {
      // Then the form stays.
    }
  }

  /** @param {SubmitEvent} event */
  async function attempt(event) {
    event.preventDefault();
    submit.disabled = true;
    fill(
      outcome,
      el("p", { class: "loading" }, () => t("signIn.busy")),
    );
    try {
      leave(await signIn(name.value.trim(), password.value, code.value.trim()));
    } catch (error) {
      const { secondFactor } = asProblem(error);
      if (secondFactor === null) {
        fill(outcome, problemNotice(error, { title: () => t("signIn.failed") }));
        return password.select();
      }
      // The password was right; what comes next is no failure.
      codeField.hidden = false;
      fill(
        outcome,
        secondFactor === "needed"
          ? el("p", { class: "hint" }, () => t("signIn.codeHint"))
          : problemNotice(error, { title: () => t("signIn.failed") }),
      );
      code.select();
    } finally {
      submit.disabled = false;
    }
  }

  if (failure !== null) fill(outcome, problemNotice(failure, { title: () => t("signIn.failed") }));
  if (why === "expired") addEventListener("focus", look);
  document.body.append(dialog);
  dialog.showModal();
  name.focus();
}
