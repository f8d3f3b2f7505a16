import { drawn, el, ticking } from "./dom.js";
import { durationText, sizeText } from "./format.js";
import { t } from "./i18n.js";
import { problemNotice } from "./notices.js";
import { dismissUpload, uploadOf } from "./uploads.js";

/** @typedef {import("./uploads.js").Upload} Upload */
/** @typedef {import("./dom.js").Child} Child */

/** A file that was refused is refused again. */
const REFUSALS = new Set(["invalid", "too_large", "not_found", "unreadable"]);

/** Of what is being done to it now. @param {Upload} upload */
const percentOf = ({ state, file, readBytes, sentBytes }) =>
  file.size === 0 ? 0 : Math.floor(((state === "reading" ? readBytes : sentBytes) / file.size) * 100);

/** @param {Upload} upload @returns {Child[]} */
function drawWords(upload) {
  const { state, file, sentBytes, leftMs, goesOnAt } = upload;
  const values = {
    file: file.name,
    percent: percentOf(upload),
    sent: sizeText(sentBytes),
    total: sizeText(file.size),
  };
  const seconds = () => Math.max(0, Math.ceil((goesOnAt - Date.now()) / 1000));
  if (state === "waiting") return [ticking(() => t("upload.waiting", { ...values, seconds: seconds() }))];
  return [
    () => t(`upload.${state}`, values),
    state === "sending" &&
      leftMs !== null &&
      el("span", { class: "fact" }, " ", () => t("upload.left", { time: durationText(leftMs) })),
  ];
}

/** The SHA-256 of a recording that arrived and found its place taken. @param {Upload} upload */
const keptSha256 = ({ problem }) =>
  problem?.code === "conflict" ? (/\b[0-9a-f]{64}\b/.exec(problem.hint ?? "")?.[0] ?? null) : null;

/**
 * @param {string} place
 * @param {{ again: () => void, takeKept: (sha256: string) => void }} actions
 * @returns {Child[]}
 */
function drawButtons(place, { again, takeKept }) {
  const upload = uploadOf(place);
  if (upload === null) return [];
  const { state, problem } = upload;
  const button = (/** @type {string} */ key, /** @type {() => void} */ onclick) =>
    el("button", { type: "button", onclick }, () => t(key));
  const kept = keptSha256(upload);
  const dismiss = () => dismissUpload(place);
  if (state === "failed")
    return [
      kept !== null
        ? button("upload.useKept", () => takeKept(kept))
        : !REFUSALS.has(problem?.code ?? "") && button("action.retry", again),
      button("action.dismiss", dismiss),
    ];
  if (state === "cancelled") return [button("action.dismiss", dismiss)];
  // What the server has in hand can't be taken back.
  if (state === "checking" || state === "done") return [];
  return [
    state === "waiting" && button("upload.goOnNow", upload.goOn),
    state === "paused" ? button("upload.goOn", upload.goOn) : button("upload.pause", upload.pause),
    button("upload.cancel", upload.cancel),
  ];
}

/** @param {Upload} upload @returns {Child[]} */
function drawProblem({ problem, state }) {
  if (problem === null) return [];
  const isTaken = problem.code === "conflict" && problem.detail === "";
  return [
    problemNotice(problem, {
      ...(state === "waiting" ? { note: () => t("upload.kept") } : {}),
      ...(isTaken ? { note: () => t("upload.taken") } : {}),
    }),
  ];
}

/**
 * How far an upload is, and what can be done with it. Words and bar change often, the buttons seldom: one that is
 * replaced under a pointer can't be pressed.
 * @param {string} place
 * @param {{ again: () => void, takeKept: (sha256: string) => void }} actions
 */
export function uploadPart(place, actions) {
  const words = drawn(el("p"), () => drawWords(/** @type {Upload} */ (uploadOf(place))));
  const bar = el("progress", { max: 100, "aria-label": () => t("upload.progress") });
  const problem = drawn(el("div"), () => drawProblem(/** @type {Upload} */ (uploadOf(place))));
  const buttons = drawn(el("div", { class: "buttons" }), () => drawButtons(place, actions));
  const element = el("div", { class: "upload" }, words.element, bar, problem.element, buttons.element);

  function update() {
    const upload = uploadOf(place);
    element.hidden = upload === null || upload.state === "done";
    if (upload === null) return;
    const { state, leftMs, goesOnAt, file } = upload;
    const percent = percentOf(upload);
    const left = leftMs === null ? null : Math.round(leftMs / 1000);
    words.update([file.name, state, percent, left, state === "waiting" ? goesOnAt : 0]);
    bar.hidden = !["reading", "sending", "checking", "starting", "waiting", "paused"].includes(state);
    // Without a value it says "busy", which is all that is known while the server checks.
    if (state === "starting" || state === "checking") bar.removeAttribute("value");
    else bar.value = percent;
    problem.update([state, upload.problem?.code, upload.problem?.detail]);
    buttons.update([state, upload.problem?.code]);
  }
  update();
  return { element, update };
}
