import { asProblem, read, send } from "./api.js";
import { drawn, el } from "./dom.js";
import { durationText, momentText, sizeText } from "./format.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { findingLine, listeningLine, player, renditionList } from "./renditions.js";
import { useAsset } from "./resources.js";
import { sentence } from "./server-words.js";
import { speechDialog } from "./speech.js";
import { uploadPart } from "./upload-part.js";
import { unfinishedAt } from "./upload-transfer.js";
import { dismissUpload, isUnderWay, startUpload, uploadOf } from "./uploads.js";

/** @typedef {import("./resources.js").Recording} Recording */
/** @typedef {import("./dom.js").Child} Child */

/**
 * Lets jobs and renditions be cancelled and retried, and shows what became of it.
 * @param {string} content as `episodes/<id>` or `sessions/<id>`
 * @param {(answer: any) => void} onChanged
 * @returns {(path: string) => Promise<void>}
 */
export const workOn = (content, onChanged) => async (path) => {
  try {
    await send("POST", path);
    onChanged(await read(`/${content}`));
  } catch (error) {
    announce(() => sentence(asProblem(error).detail));
  }
};

/** @param {Recording} recording @param {(trim: object | null) => void} onTrim @param {(path: string) => void} act @returns {Child[]} */
function drawListening({ listening, listeningJob, trim, synthetic }, onTrim, act) {
  const button = (/** @type {string} */ key, /** @type {object | null} */ to) =>
    el("button", { type: "button", onclick: () => onTrim(to) }, () => t(key));
  const suggested = trim === null ? (listening?.suggestedTrim ?? null) : null;
  return [
    synthetic !== null &&
      el("p", { class: "hint" }, () => t("recording.synthetic", { engine: synthetic.engine })),
    listening === null && listeningLine(listeningJob, act),
    listening !== null &&
      listening.findings.length > 0 &&
      el("ul", { class: "plain-list" }, ...listening.findings.map(findingLine)),
    suggested !== null && button("recording.trim", suggested),
    trim !== null && button("recording.untrim", null),
  ];
}

/** @param {Recording | null} recording @param {(trim: object | null) => void} onTrim @param {(path: string) => void} act @returns {Child[]} */
function drawRecording(recording, onTrim, act) {
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
    ...drawListening(recording, onTrim, act),
    ...renditionList(renditions, act),
  ];
}

/**
 * One recording: what was uploaded, what was made of it, and the ways to another.
 * @param {object} options
 * @param {string} options.place as `episodes/<id>/segments/<n>` or `sessions/<id>`
 * @param {() => string} options.what its name for the reader
 * @param {(answer: any) => void} options.onChanged gets the episode or session after a change
 */
export function recordingPart({ place, what, onChanged }) {
  const act = workOn(place.replace(/\/segments\/.*$/, ""), onChanged);
  const about = drawn(el("div"), (/** @type {Recording | null} */ recording) =>
    drawRecording(recording, cut, act),
  );
  const sound = player(() => t("recording.listen"));
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
  const speech = el(
    "button",
    { type: "button", onclick: () => speechDialog({ place, what, onChanged }) },
    () => t("speech.open"),
  );
  const note = el("span", { class: "hint" }, () => t("upload.replaceNote"));
  const unfinished = drawn(el("span", { class: "hint" }), (/** @type {string | null} */ file) => [
    file !== null && (() => t("upload.unfinished", { file })),
  ]);
  const chooser = el(
    "p",
    { class: "chooser" },
    el("label", { class: "button" }, input, label.element),
    speech,
    note,
    unfinished.element,
  );
  const progress = uploadPart(place, { again, useKept });

  /** @param {Promise<any>} answer of a change of the recording */
  async function change(answer) {
    try {
      onChanged(await answer);
      return true;
    } catch (error) {
      announce(() => sentence(asProblem(error).detail));
      return false;
    }
  }
  /** Uses a stretch of the recording, or all of it again. @param {object | null} trim */
  function cut(trim) {
    void change(trim === null ? send("DELETE", `/${place}/trim`) : send("PUT", `/${place}/trim`, trim));
  }
  /** @param {string} sha256 */
  async function useKept(sha256) {
    if (await change(useAsset(place, sha256))) dismissUpload(place);
  }

  /** @param {File} file */
  async function upload(file) {
    const answer = await startUpload(place, file);
    if (answer === null) return;
    announce(() => t("upload.done", { file: file.name }));
    onChanged(answer);
  }
  function again() {
    const failed = uploadOf(place);
    if (failed) void upload(failed.file);
  }
  function showUpload() {
    progress.update();
    const busy = isUnderWay(uploadOf(place));
    if (chooser.hidden && !busy) void recall();
    chooser.hidden = busy;
  }
  const recall = async () => unfinished.update(await unfinishedAt(place));

  showUpload();
  void recall();
  return {
    element: el("div", { class: "recording" }, about.element, sound.element, chooser, progress.element),
    showUpload,
    /** @param {Recording | null} recording @param {boolean} isReviewed */
    update(recording, isReviewed) {
      about.update(recording);
      sound.update(recording?.renditions ?? []);
      label.update({ has: recording !== null });
      speech.hidden = recording !== null;
      note.hidden = !isReviewed || recording === null;
    },
  };
}
