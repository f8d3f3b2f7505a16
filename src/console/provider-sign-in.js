import { beginAtProvider, finishAtProvider, waysToSignIn } from "./api.js";
import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { loadingNotice, problemNotice } from "./notices.js";
import { sentence } from "./server-words.js";

/** Signing in at a provider of the office's own: leaving for it, and coming back. */

const RETURN_PATH = "/signed-in";
/** Where this tab was, as the provider's answer comes to an address of its own. */
const STORED_AS = "ccx-return-to";

/**
 * The part of the sign-in form that leads there; empty where there is no provider.
 * @param {object} options
 * @param {boolean} options.isOver whether it lies over a page with something on it
 * @param {HTMLElement} options.passwordPart taken away where nobody signs in with a password
 * @param {HTMLElement} options.outcome where it is said what went wrong
 */
export function providerPart({ isOver, passwordPart, outcome }) {
  const part = el("div", { class: "provider" });
  const button = el("button", { type: "button", onclick: () => void leave() });

  async function leave() {
    button.disabled = true;
    // What was filled in stays where it is: the sign-in is made in another tab.
    const tab = isOver ? open("", "_blank") : null;
    if (tab) tab.opener = null;
    try {
      const { url } = await beginAtProvider();
      if (tab) {
        tab.location.href = url;
        fill(
          outcome,
          el("p", { class: "hint" }, () => t("provider.inOtherTab")),
        );
        return;
      }
      remember(location.hash);
      location.assign(url);
    } catch (error) {
      tab?.close();
      fill(outcome, problemNotice(error, { title: () => t("signIn.failed") }));
    } finally {
      button.disabled = false;
    }
  }

  async function show() {
    const { password, oidc } = await waysToSignIn();
    if (oidc === null) return;
    const { label, problem } = oidc;
    passwordPart.hidden = !password;
    button.classList.toggle("primary", !password);
    fill(button, () => (label === null ? t("provider.button") : t("provider.buttonOf", { label })));
    fill(
      part,
      password && el("p", { class: "or" }, () => t("provider.or")),
      button,
      problem !== null && el("p", { class: "warning" }, () => sentence(problem)),
    );
  }

  // Whoever cannot ask how to sign in finds out by the password as well.
  show().catch(() => {});
  return part;
}

/** @param {string} hash */
function remember(hash) {
  try {
    sessionStorage.setItem(STORED_AS, hash);
  } catch {
    // Storage may be switched off: it goes on at the first page then.
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(STORED_AS) ?? "";
  } catch {
    return "";
  }
}

/**
 * What the provider sent the browser back with, if it did. It does not stay in the address, nor in the history; the page
 * that was asked for takes its place.
 */
export function providerAnswer() {
  if (location.pathname !== RETURN_PATH) return null;
  const answer = location.search.slice(1);
  const hash = remembered();
  history.replaceState(null, "", `/${hash.startsWith("#/") ? hash : "#/today"}`);
  return answer;
}

/**
 * Makes a sign-in of it.
 * @param {string} answer @param {Element} page
 * @returns {Promise<unknown>} what went wrong; `null` for nothing
 */
export async function comeBack(answer, page) {
  fill(page, el("main", { id: "content" }, loadingNotice()));
  try {
    await finishAtProvider(answer);
    return null;
  } catch (error) {
    return error;
  }
}
