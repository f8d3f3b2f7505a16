import { drawn, el, fill } from "./dom.js";
import { durationText } from "./format.js";
import { t } from "./i18n.js";
import { getRecording } from "./interrupts.js";
import { problemNotice } from "./notices.js";
import { findingLine } from "./renditions.js";
import { spokenText } from "./spoken-text.js";
import { uploadPart } from "./upload-part.js";
import { unfinishedAt } from "./upload-transfer.js";
import { dismissUpload, isUnderWay, onUpload, startUpload, uploadOf } from "./uploads.js";
import { voicePart } from "./voice-part.js";

/** @typedef {{ sha256: string, durationMs: number }} Sound what is in the library, ready to be aired */
/** @typedef {"text" | "voice" | "file"} Way */

const WAYS = /** @type {const} */ (["text", "voice", "file"]);
const LOOKS_EVERY_MS = 1500;
let serial = 0;

/**
 * Where the sound comes from: typed and spoken by the server, the microphone, or a file.
 * @param {{ place: string, onChange: () => void }} options `place` as `recordings/<word>`
 */
export function soundSource({ place, onChange }) {
  const name = `sound-${(serial += 1)}`;
  /** @type {Way} */
  let way = "text";
  /** @type {Record<Way, Sound | null>} */
  const sounds = { text: null, voice: null, file: null };
  /** Grows with each new file: what an earlier one still comes to is void. */
  let round = 0;
  let isLooking = false;

  const spoken = spokenText({ onHeard: (speech) => choose("text", speech) });
  const voice = voicePart({
    onUse: ({ file }) => void send("voice", file),
    onDiscard: () => forgetSent("voice"),
  });
  const chosen = drawn(el("div", { class: "chosen-sound", "aria-live": "polite" }), drawChosen);
  const sentAbout = el("div", { "aria-live": "polite" });
  const progress = uploadPart(place, { again, useKept: () => {} });
  const unfinished = el("span", { class: "hint" });
  const input = el("input", {
    type: "file",
    class: "unseen",
    accept: "audio/*,video/*",
    onchange: () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) void send("file", file);
    },
  });
  const chooser = el(
    "p",
    { class: "chooser" },
    el("label", { class: "button" }, input, () => t("upload.choose")),
    unfinished,
  );
  const sent = el("div", {}, progress.element, sentAbout);
  /** @type {Record<Way, Element>} */
  const panels = {
    text: spoken.element,
    voice: voice.element,
    file: el(
      "div",
      { class: "recording" },
      el("p", { class: "hint" }, () => t("source.fileHint")),
      chooser,
    ),
  };
  const radios = WAYS.map((each) =>
    el("input", { type: "radio", name, value: each, checked: each === way, onchange: () => show(each) }),
  );
  const element = el(
    "fieldset",
    { class: "sound-source" },
    el("legend", {}, () => t("source.title")),
    el(
      "div",
      { class: "choices" },
      ...radios.map((radio, index) => el("label", {}, radio, " ", () => t(`source.by.${WAYS[index]}`))),
    ),
    ...Object.values(panels),
    sent,
    chosen.element,
  );
  show(way);
  const ignoreUploads = onUpload((changed) => {
    if (changed === place) showUpload();
  });

  /** @param {Way} next */
  function show(next) {
    if (next !== way) pause();
    way = next;
    for (const each of WAYS) /** @type {HTMLElement} */ (panels[each]).hidden = each !== way;
    sent.hidden = way === "text";
    if (way === "file")
      void unfinishedAt(place).then((file) =>
        fill(unfinished, file && (() => t("upload.unfinished", { file }))),
      );
    chosen.update({ way, sound: sounds[way] });
    onChange();
  }

  /** @param {Way} of @param {Sound | null} sound */
  function choose(of, sound) {
    sounds[of] = sound;
    voice.showSent(isBusy() || sounds.voice !== null);
    chosen.update({ way, sound: sounds[way] });
    onChange();
  }

  /** Of the two that are sent there is one at a time. @param {Way} of */
  function forgetSent(of) {
    round += 1;
    isLooking = false;
    if (isUnderWay(uploadOf(place))) uploadOf(place)?.cancel();
    dismissUpload(place);
    fill(sentAbout);
    sounds.voice = sounds.file = null;
    choose(of, null);
  }

  /** @param {Way} of @param {File} file */
  async function send(of, file) {
    forgetSent(of);
    const mine = round;
    const sha256 = await startUpload(place, file);
    if (sha256 !== null && mine === round) await look(of, sha256, mine);
  }
  function again() {
    const failed = uploadOf(place);
    if (failed) void send(way, failed.file);
  }
  function showUpload() {
    progress.update();
    chooser.hidden = isUnderWay(uploadOf(place));
    voice.showSent(isBusy() || sounds.voice !== null);
  }

  /** What the server hears in it; a fault keeps it off the air. @param {Way} of @param {string} sha256 @param {number} mine */
  async function look(of, sha256, mine) {
    isLooking = true;
    fill(
      sentAbout,
      el("p", { class: "loading" }, () => t("source.checking")),
    );
    try {
      const recording = await heard(sha256, () => mine === round);
      if (mine !== round) return;
      isLooking = false;
      const findings = recording.listening?.findings ?? [];
      const hasFault = findings.some(({ severity }) => severity === "fault");
      fill(
        sentAbout,
        findings.length > 0 && el("ul", { class: "plain-list" }, ...findings.map(findingLine)),
        hasFault && el("p", { class: "problem" }, () => t("source.faulty")),
        recording.listening === null && el("p", { class: "problem" }, () => t("source.unheard")),
      );
      const isFine = recording.listening !== null && !hasFault;
      choose(of, isFine ? { sha256, durationMs: recording.durationMs } : null);
    } catch (error) {
      if (mine !== round) return;
      isLooking = false;
      fill(sentAbout, problemNotice(error, { retry: () => void look(of, sha256, mine) }));
    }
  }

  /** Whether something is still on its way. */
  function isBusy() {
    return isLooking || isUnderWay(uploadOf(place));
  }

  function pause() {
    spoken.pause();
    voice.stop();
    for (const audio of element.querySelectorAll("audio")) audio.pause();
  }

  return {
    element,
    /** What would be aired, once there is something. */
    sound: () => sounds[way],
    isBusy,
    /** Nobody comes back to it. */
    close() {
      pause();
      voice.close();
      round += 1;
      uploadOf(place)?.cancel();
      ignoreUploads();
      dismissUpload(place);
    },
    pause,
    focus: () => (way === "text" ? spoken.focus() : radios.find(({ checked }) => checked)?.focus()),
    reset() {
      spoken.write("");
      voice.discard();
      forgetSent(way);
      const [first] = radios;
      if (first) first.checked = true;
      show("text");
    },
  };
}

/**
 * The recording once the server has listened to it, or could not.
 * @param {string} sha256
 * @param {() => boolean} isWanted
 */
async function heard(sha256, isWanted) {
  for (;;) {
    const recording = await getRecording(sha256);
    const { listening, listeningJob } = recording;
    const isGivenUp = listeningJob?.state === "failed" || listeningJob?.state === "cancelled";
    if (listening !== null || isGivenUp || !isWanted()) return recording;
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
  }
}

/** @param {{ way: Way, sound: Sound | null }} shown */
function drawChosen({ way, sound }) {
  // The text says by itself that it has to be heard.
  if (sound === null) return [way !== "text" && el("p", { class: "hint" }, () => t(`source.missing.${way}`))];
  const { durationMs } = sound;
  return [
    el("p", { class: "done" }, () => `✓ ${t("source.chosen", { duration: durationText(durationMs) })}`),
  ];
}
