import { asProblem, send } from "./api.js";
import { badge } from "./badges.js";
import { drawn, el } from "./dom.js";
import { durationText, momentText, signedText, sizeText } from "./format.js";
import { t, term } from "./i18n.js";
import { announce, problemNotice } from "./notices.js";
import { sentence } from "./server-words.js";
import { dismissUpload, startUpload, uploadOf } from "./uploads.js";

/** @typedef {import("./resources.js").Recording} Recording */
/** @typedef {import("./resources.js").Rendition} Rendition */
/** @typedef {import("./dom.js").Child} Child */

/** @type {Record<Rendition["state"], [tone: string, sign: string]>} */
const LOOKS = {
  queued: ["plain", "…"],
  running: ["plain", "↻"],
  ready: ["good", "✓"],
  failed: ["bad", "!"],
  cancelled: ["bad", "–"],
};

const REFUSALS = new Set(["invalid", "too_large", "not_found"]);

/** @param {Rendition} rendition */
function renditionLine(rendition) {
  const { profile, state, progress, error, loudnessLufs, truePeakDbtp, durationMs, bytes } = rendition;
  const [tone, sign] = LOOKS[state];
  const numbers = [
    durationMs === null ? null : () => durationText(durationMs),
    bytes === null ? null : () => sizeText(bytes),
    loudnessLufs === null ? null : () => t("rendition.loudness", { lufs: signedText(loudnessLufs) }),
    truePeakDbtp === null ? null : () => t("rendition.truePeak", { dbtp: signedText(truePeakDbtp) }),
  ];
  return el(
    "li",
    { class: "rendition" },
    el("span", { class: "rendition-name" }, () => term("profile", profile)),
    badge(tone, sign, () => t(`rendition.${state}`, { progress })),
    state === "running" &&
      el("progress", { max: 100, value: progress, "aria-label": () => t("rendition.progress") }),
    ...(state === "ready" ? numbers.map((text) => text && el("span", { class: "fact" }, text)) : []),
    state === "failed" &&
      el(
        "div",
        { class: "problem" },
        error !== null && el("p", { class: "preformatted" }, () => sentence(error)),
        el("p", { class: "hint" }, () => t("rendition.failedHint")),
      ),
  );
}

/** Sound for the ear that approves it; nothing is fetched before it is played. @param {Rendition[]} renditions */
function listening(renditions) {
  const ready = renditions.find(
    ({ state, sha256, mime }) => state === "ready" && sha256 !== null && mime?.startsWith("audio/"),
  );
  if (!ready) return null;
  const picture = renditions.find(({ state, mime }) => state === "ready" && mime?.startsWith("video/"));
  const { sha256 } = picture ?? ready;
  return el(picture ? "video" : "audio", {
    controls: true,
    preload: "none",
    src: `/media/${sha256}`,
    "aria-label": () => t("recording.listen"),
  });
}

/** @typedef {NonNullable<Recording["listening"]>["findings"][number]} Finding */

/** What was heard, with its time; a fault keeps the recording off the air. @param {Finding} finding */
function findingLine({ kind, severity, fromMs, toMs, value }) {
  const isFault = severity === "fault";
  return el(
    "li",
    { class: "rendition" },
    badge(isFault ? "bad" : "plain", isFault ? "!" : "i", () => t(`finding.${kind}`, { value: value ?? "" })),
    fromMs !== null &&
      toMs !== null &&
      el("span", { class: "fact" }, () =>
        t("recording.between", { from: durationText(fromMs), to: durationText(toMs) }),
      ),
  );
}

/** @param {Recording} recording @param {(trim: object | null) => void} onTrim @returns {Child[]} */
function drawListening({ listening, trim, synthetic }, onTrim) {
  const button = (/** @type {string} */ key, /** @type {object | null} */ to) =>
    el("button", { type: "button", onclick: () => onTrim(to) }, () => t(key));
  const suggested = trim === null ? (listening?.suggestedTrim ?? null) : null;
  return [
    synthetic !== null &&
      el("p", { class: "hint" }, () => t("recording.synthetic", { engine: synthetic.engine })),
    listening === null && el("p", { class: "hint" }, () => t("recording.listening")),
    listening !== null &&
      listening.findings.length > 0 &&
      el("ul", { class: "plain-list" }, ...listening.findings.map(findingLine)),
    suggested !== null && button("recording.trim", suggested),
    trim !== null && button("recording.untrim", null),
  ];
}

/** @param {Recording | null} recording @param {(trim: object | null) => void} onTrim @returns {Child[]} */
function drawRecording(recording, onTrim) {
  if (recording === null) return [el("p", { class: "quiet-text" }, () => t("recording.none"))];
  const { originalName, kind, durationMs, bytes, uploadedAt, renditions } = recording;
  return [
    el(
      "p",
      { class: "original" },
      el("span", { class: "file" }, originalName),
      el("span", { class: "fact" }, () => t(`recording.kind.${kind}`)),
      el("span", { class: "fact" }, durationText(durationMs)),
      el("span", { class: "fact" }, sizeText(bytes)),
      el("span", { class: "fact" }, () => t("recording.uploadedAt", { time: momentText(uploadedAt) })),
    ),
    ...drawListening(recording, onTrim),
    el("ul", { class: "plain-list" }, ...renditions.map(renditionLine)),
    listening(renditions),
  ];
}

/** @param {string} path @param {() => void} again @returns {Child[]} */
function drawUpload(path, again) {
  const upload = uploadOf(path);
  if (upload === null || upload.state === "done") return [];
  const { file, state, sentBytes, problem } = upload;
  const name = file.name;
  const dismiss = () =>
    el("button", { type: "button", onclick: () => dismissUpload(path) }, () => t("action.dismiss"));
  if (state === "cancelled") return [el("p", { class: "hint" }, () => t("upload.cancelled")), dismiss()];
  if (state === "failed") {
    const cut = problem?.code === "offline";
    // A file that was refused is refused again.
    const mayPass = !REFUSALS.has(problem?.code ?? "");
    return [
      el("p", {}, () => t("upload.failed", { file: name })),
      problemNotice(problem, {
        ...(mayPass ? { retry: again } : {}),
        ...(cut ? { note: () => t("upload.cut") } : {}),
      }),
      dismiss(),
    ];
  }
  const percent = file.size === 0 ? 0 : Math.floor((sentBytes / file.size) * 100);
  const says = {
    starting: () => t("upload.starting", { file: name }),
    sending: () =>
      t("upload.sending", { file: name, percent, sent: sizeText(sentBytes), total: sizeText(file.size) }),
    checking: () => t("upload.checking", { file: name }),
  };
  return [
    el("p", {}, says[state]),
    el("progress", {
      max: 100,
      // Without a value it says "busy", which is all that is known while the server checks.
      value: state === "sending" ? percent : null,
      "aria-label": () => t("upload.progress"),
    }),
    el("button", { type: "button", onclick: () => upload.cancel() }, () => t("upload.cancel")),
  ];
}

/**
 * One recording: what was uploaded, what was made of it, and the way to upload another.
 * @param {object} options
 * @param {string} options.path where it is uploaded to, below `/api/v1`
 * @param {() => string} options.what its name for the reader
 * @param {(answer: any) => void} options.onUploaded gets the episode or session after it
 */
export function recordingPart({ path, what, onUploaded }) {
  const about = drawn(el("div"), (/** @type {Recording | null} */ recording) =>
    drawRecording(recording, cut),
  );
  const label = drawn(el("span"), (/** @type {{ has: boolean }} */ { has }) => [
    () => t(has ? "upload.replace" : "upload.choose"),
  ]);
  const input = el("input", {
    type: "file",
    class: "unseen",
    accept: "audio/*,video/*",
    "aria-label": () => t("upload.chooseFor", { what: what() }),
    onchange: () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) void upload(file);
    },
  });
  const note = el("span", { class: "hint" }, () => t("upload.replaceNote"));
  const chooser = el("p", { class: "chooser" }, el("label", { class: "button" }, input, label.element), note);
  const progress = el("div", { class: "upload" });
  const progressPart = drawn(progress, () => drawUpload(path, again));

  /** Uses a stretch of the recording, or all of it again. @param {object | null} trim */
  async function cut(trim) {
    const place = path.replace(/\/recording$/, "/trim");
    try {
      onUploaded(await (trim === null ? send("DELETE", place) : send("PUT", place, trim)));
    } catch (error) {
      announce(() => sentence(asProblem(error).detail));
    }
  }

  /** @param {File} file */
  async function upload(file) {
    const answer = await startUpload(path, file);
    if (answer === null) return;
    announce(() => t("upload.done", { file: file.name }));
    onUploaded(answer);
  }
  function again() {
    const failed = uploadOf(path);
    if (failed) void upload(failed.file);
  }
  function showUpload() {
    const { state, sentBytes } = uploadOf(path) ?? { state: null, sentBytes: 0 };
    progressPart.update({ state, sentBytes });
    chooser.hidden = state === "starting" || state === "sending" || state === "checking";
  }

  showUpload();
  return {
    element: el("div", { class: "recording" }, about.element, chooser, progress),
    showUpload,
    path,
    /** @param {Recording | null} recording @param {boolean} approved */
    update(recording, approved) {
      about.update(recording);
      label.update({ has: recording !== null });
      note.hidden = !approved;
    },
  };
}
