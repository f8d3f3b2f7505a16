import { asProblem } from "./api.js";
import { el, fill } from "./dom.js";
import { knows, t } from "./i18n.js";
import { sentence } from "./server-words.js";

/** How the console says that something did not work. */

/** @param {import("./api.js").Problem} problem */
function hintOf({ code, hint }) {
  if (code === "unauthorized" && hint?.startsWith("POST ")) return t("problem.unauthorizedHint");
  if (hint !== null) return sentence(hint);
  if (code === "unreadable") return t("problem.unreadableHint");
  return code === "offline" || code === "timeout" ? t("problem.offlineHint") : null;
}

/**
 * Everything a problem document says.
 * @param {unknown} error
 * @param {{ title?: () => string, retry?: () => void, note?: () => string }} [options] `title` instead of the one of its
 *   kind; `note` is said below, e.g. that the outcome is unknown
 */
export function problemNotice(error, { title, retry, note } = {}) {
  const problem = asProblem(error);
  const { code, detail, errors, instance } = problem;
  // Where one thing is wrong, it is the detail itself; saying it twice helps nobody.
  const fields = errors.filter(({ message }) => message !== detail);
  const reachable = code !== "offline" && code !== "timeout";
  return el(
    "div",
    { class: "problem", role: "alert" },
    el(
      "p",
      { class: "problem-title" },
      title ?? (() => t(knows(`problem.${code}`) ? `problem.${code}` : "problem.internal")),
    ),
    reachable && detail !== "" && el("p", {}, () => sentence(detail)),
    fields.length > 0 &&
      el(
        "ul",
        {},
        ...fields.map(({ at, message }) => el("li", {}, el("code", {}, at), " ", () => sentence(message))),
      ),
    hintOf(problem) !== null && el("p", { class: "hint" }, () => hintOf(problem) ?? ""),
    note && el("p", { class: "hint" }, note),
    code === "internal" &&
      instance !== null &&
      el("p", { class: "hint" }, () => t("problem.reference", { id: instance })),
    retry && el("button", { type: "button", onclick: retry }, () => t("action.retry")),
  );
}

const STAYS_MS = 6000;
/** @type {number | undefined} */
let hideTimer;

/** Says a result at the foot of the page, to eyes and to screen readers. @param {() => string} text */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  if (!announcer) return;
  clearTimeout(hideTimer);
  fill(announcer, el("p", {}, text));
  hideTimer = setTimeout(() => fill(announcer), STAYS_MS);
}
