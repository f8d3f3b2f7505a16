import { badge } from "./badges.js";
import { drawn, el } from "./dom.js";
import { durationText, momentText, signedText, sizeText } from "./format.js";
import { knows, t, term } from "./i18n.js";
import { sentence } from "./server-words.js";

/** What was heard in a recording and what was made of it, and the way to hear it. */

/** @typedef {import("./resources.js").Rendition} Rendition */
/** @typedef {import("./resources.js").Finding} Finding */

/** @type {Record<Rendition["state"], [tone: string, sign: string]>} */
const LOOKS = {
  queued: ["plain", "…"],
  running: ["plain", "↻"],
  ready: ["good", "✓"],
  failed: ["bad", "!"],
  cancelled: ["bad", "–"],
};

/** @param {() => string} text */
const fact = (text) => el("span", { class: "fact" }, text);

/** @param {Rendition} rendition */
function numbersOf({ loudnessLufs, loudnessBy, truePeakDbtp, durationMs, bytes }) {
  return [
    durationMs !== null && fact(() => durationText(durationMs)),
    bytes !== null && fact(() => sizeText(bytes)),
    loudnessLufs !== null && fact(() => t("rendition.loudness", { lufs: signedText(loudnessLufs) })),
    truePeakDbtp !== null && fact(() => t("rendition.truePeak", { dbtp: signedText(truePeakDbtp) })),
    // A gain alone changes nothing that an ear would notice.
    loudnessBy !== null && loudnessBy !== "gain" && fact(() => term("loudnessBy", loudnessBy)),
  ];
}

/** Asks for something to be done by a path of the API. @typedef {(path: string) => void} Act */

/** @param {string} key @param {() => void} onclick */
const button = (key, onclick) => el("button", { type: "button", onclick }, () => t(key));

/** Why a job waits, and until when. @param {import("./resources.js").Wait} wait */
const waitText = ({ reason, until }) =>
  el(
    "p",
    { class: "hint preformatted" },
    () => sentence(reason),
    " ",
    () => t("job.until", { time: momentText(until) }),
  );

/** @param {string | null} error */
const problemText = (error) =>
  error !== null &&
  el(
    "div",
    { class: "problem" },
    el("p", { class: "preformatted" }, () => sentence(error)),
  );

/** A recording that nobody has listened to yet: where the work on it is. @param {import("./resources.js").ListeningJob | null} job @param {Act} act */
export function listeningLine(job, act) {
  if (job === null) return el("p", { class: "hint" }, () => t("listening.none"));
  const { id, state, progress, error, waitingFor } = job;
  const isOpen = state === "queued" || state === "running";
  return el(
    "div",
    { class: "rendition" },
    el("span", {}, () => t(`listening.${state}`, { progress })),
    button(isOpen ? "job.cancel" : "job.retry", () => act(`/jobs/${id}/${isOpen ? "cancel" : "retry"}`)),
    waitingFor !== null && waitText(waitingFor),
    problemText(error),
  );
}

/** @param {Rendition} rendition @param {Act} act */
function renditionLine(rendition, act) {
  const { id, profile, state, progress, etaMs, error, waitingFor } = rendition;
  const [tone, sign] = LOOKS[state];
  return el(
    "li",
    { class: "rendition" },
    el("span", { class: "rendition-name" }, () => term("profile", profile)),
    badge(tone, sign, () => t(`rendition.${state}`, { progress })),
    state === "running" &&
      el("progress", { max: 100, value: progress, "aria-label": () => t("rendition.progress") }),
    state === "running" && etaMs !== null && fact(() => t("rendition.left", { time: durationText(etaMs) })),
    ...(state === "ready" ? numbersOf(rendition) : []),
    (state === "failed" || state === "cancelled") &&
      button("job.retry", () => act(`/renditions/${id}/retry`)),
    waitingFor !== null && waitText(waitingFor),
    state === "failed" && problemText(error),
  );
}

/** With one way to cancel for all that one job makes. @param {Rendition[]} renditions @param {Act} act @returns {import("./dom.js").Child[]} */
export function renditionList(renditions, act) {
  const jobs = [...new Set(renditions.flatMap(({ jobId }) => jobId ?? []))];
  return [
    el("ul", { class: "plain-list" }, ...renditions.map((rendition) => renditionLine(rendition, act))),
    jobs.length > 0 && button("rendition.cancel", () => jobs.forEach((id) => act(`/jobs/${id}/cancel`))),
  ];
}

/** What was heard, with its time; a fault keeps the recording off the air. @param {Finding} finding */
export function findingLine({ kind, severity, fromMs, toMs, value }) {
  const isFault = severity === "fault";
  return el(
    "li",
    { class: "rendition" },
    badge(isFault ? "bad" : "warn", isFault ? "!" : "i", () => t(`finding.${kind}`, { value: value ?? "" })),
    fromMs !== null &&
      toMs !== null &&
      fact(() => t("recording.between", { from: durationText(fromMs), to: durationText(toMs) })),
    knows(`advice.${kind}`) && el("span", { class: "hint" }, () => t(`advice.${kind}`)),
  );
}

/**
 * Sound for the ear that approves it; nothing is fetched before it is played. It stays as it is while other renditions
 * are still being made.
 * @param {() => string} label
 */
export function player(label) {
  const part = drawn(el("div"), (/** @type {{ sha256: string, isPicture: boolean } | null} */ heard) => [
    heard !== null &&
      el(heard.isPicture ? "video" : "audio", {
        controls: true,
        preload: "none",
        src: `/media/${heard.sha256}`,
        "aria-label": label,
      }),
  ]);
  return {
    element: part.element,
    /** @param {Rendition[]} renditions */
    update(renditions) {
      const ready = renditions.filter(({ state, sha256 }) => state === "ready" && sha256 !== null);
      const sound = ready.find(({ mime }) => mime?.startsWith("audio/"));
      const picture = sound && ready.find(({ mime }) => mime?.startsWith("video/"));
      const { sha256 } = picture ?? sound ?? { sha256: null };
      part.update(sha256 === null ? null : { sha256, isPicture: picture !== undefined });
    },
  };
}
