import { el } from "./dom.js";
import { term } from "./i18n.js";

/** States as a sign and a word: never by colour alone. */

/** @type {Record<string, [sign: string, tone: string]>} */
const BROADCAST = {
  planned: ["○", "warn"],
  ready: ["✓", "good"],
  frozen: ["◆", "good"],
  on_air: ["●", "live"],
  aired: ["✓", "plain"],
  failed: ["!", "bad"],
  cancelled: ["×", "plain"],
  missed: ["!", "bad"],
};
/** @type {Record<string, [sign: string, tone: string]>} */
const GRADE = {
  delivered: ["▁", "plain"],
  cached: ["▂", "plain"],
  started: ["▄", "good"],
  finished: ["▆", "good"],
  sensed: ["█", "good"],
  unknown: ["?", "warn"],
};

/** @param {string} tone @param {string} sign @param {() => string} text */
export const badge = (tone, sign, text) =>
  el("span", { class: `badge ${tone}` }, el("span", { class: "sign", "aria-hidden": "true" }, sign), text);

/** @param {string} state */
export function stateBadge(state) {
  const [sign, tone] = BROADCAST[state] ?? ["", "plain"];
  return badge(tone, sign, () => term("state", state));
}

/** @param {string | null} grade */
export function gradeBadge(grade) {
  const [sign, tone] = GRADE[grade ?? "unknown"] ?? ["", "plain"];
  return badge(tone, sign, () => term("grade", grade ?? "unknown"));
}
