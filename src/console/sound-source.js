import { drawn, el, fill } from "./dom.js";
import { field } from "./form-parts.js";
import { durationText } from "./format.js";
import { t } from "./i18n.js";
import { sentRecording } from "./sent-recording.js";
import { spokenText } from "./spoken-text.js";
import { unfinishedAt } from "./upload-transfer.js";
import { voicePart } from "./voice-part.js";

/** @typedef {import("./sent-recording.js").Sound} Sound */
/** @typedef {"text" | "voice" | "file" | "live"} Way */

const WAYS = /** @type {const} */ (["text", "voice", "file", "live"]);
const LONGEST_MINUTES = 5;
const MOST_MINUTES = 30;
let serial = 0;

/**
 * Where the sound comes from: typed and spoken by the server, the microphone, a file, or somebody who speaks live.
 * @param {string} place as `recordings/<word>`
 * @param {(way: Way) => void} [onWay] called when another way is chosen; without it nobody speaks live
 */
export function soundSource(place, onWay) {
  const ways = onWay ? WAYS : WAYS.filter((each) => each !== "live");
  const name = `sound-${(serial += 1)}`;
  /** @type {Way} */
  let way = "text";
  /** What is sent is the one or the other. @type {"voice" | "file"} */
  let sentWay = "voice";
  /** @type {Sound | null} */
  let spokenSound = null;
  /** @type {Sound | null} */
  let sentSound = null;

  const spoken = spokenText({
    onHeard: (speech) => {
      spokenSound = speech;
      showChosen();
    },
  });
  const sent = sentRecording(place, (sound) => {
    sentSound = sound;
    showChosen();
  });
  const voice = voicePart({
    onUse: ({ file }) => send("voice", file),
    onDiscard: () => sentWay === "voice" && sent.forget(),
  });
  const files = fileChooser(place, (file) => send("file", file));
  const longest = field(() => t("live.longest"), {
    type: "number",
    min: 1,
    max: MOST_MINUTES,
    value: LONGEST_MINUTES,
    required: true,
  });
  const spokenLive = el(
    "div",
    { class: "voice" },
    el("p", { class: "hint" }, () => t("live.hint")),
    longest.element,
  );
  const chosen = drawn(el("div", { class: "chosen-sound", "aria-live": "polite" }), drawChosen);
  const panels = /** @type {Record<Way, HTMLElement>} */ ({
    text: spoken.element,
    voice: voice.element,
    file: files.element,
    live: spokenLive,
  });
  const radios = ways.map((each) =>
    el("input", { type: "radio", name, value: each, checked: each === way, onchange: () => show(each) }),
  );
  const element = el(
    "fieldset",
    { class: "sound-source" },
    el("legend", {}, () => t("source.title")),
    el(
      "div",
      { class: "choices" },
      ...radios.map((radio, index) => el("label", {}, radio, " ", () => t(`source.by.${ways[index]}`))),
    ),
    ...Object.values(panels),
    sent.element,
    chosen.element,
  );
  show(way);

  /** What would be aired, once there is something. */
  function sound() {
    if (way === "text") return spokenSound;
    return way === sentWay ? sentSound : null;
  }

  /** @param {Way} next */
  function show(next) {
    const isOther = next !== way;
    if (isOther) pause();
    way = next;
    for (const each of WAYS) panels[each].hidden = each !== way;
    if (way === "file") files.recall();
    showChosen();
    if (isOther) onWay?.(way);
  }

  function showChosen() {
    const isSent = sent.isBusy() || sentSound !== null;
    sent.element.hidden = way !== sentWay;
    voice.showSent(isSent && sentWay === "voice");
    files.showBusy(sent.isBusy());
    chosen.update({ way, durationMs: sound()?.durationMs ?? null });
  }

  /** @param {"voice" | "file"} by @param {File} file */
  function send(by, file) {
    sentWay = by;
    void sent.send(file);
  }

  function pause() {
    voice.stop();
    for (const audio of element.querySelectorAll("audio")) audio.pause();
  }

  return {
    element,
    sound,
    way: () => way,
    /** How long somebody may speak live; `NaN` when that is no number that may be. */
    longestMinutes: () => (longest.input.checkValidity() ? longest.input.valueAsNumber : Number.NaN),
    focusLongest: () => longest.input.focus(),
    /** Whether what is chosen is still on its way. */
    isBusy: () => way === sentWay && sent.isBusy(),
    pause,
    focus: () => (way === "text" ? spoken.focus() : radios.find(({ checked }) => checked)?.focus()),
    reset() {
      spoken.write("");
      voice.discard();
      longest.input.value = String(LONGEST_MINUTES);
      files.forget();
      sent.forget();
      const [first] = radios;
      if (first) first.checked = true;
      show("text");
    },
    /** Nobody comes back to it. */
    close() {
      pause();
      voice.close();
      sent.close();
    },
  };
}

/** A file, which can be heard while it is on its way. @param {string} place @param {(file: File) => void} onChoose */
function fileChooser(place, onChoose) {
  let url = "";
  const heard = el("div");
  const unfinished = el("span", { class: "hint" });
  const input = el("input", {
    type: "file",
    class: "unseen",
    accept: "audio/*,video/*",
    onchange: () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) choose(file);
    },
  });
  const chooser = el(
    "p",
    { class: "chooser" },
    el("label", { class: "button" }, input, () => t("upload.choose")),
    unfinished,
  );
  function forget() {
    URL.revokeObjectURL(url);
    fill(heard);
  }
  /** @param {File} file */
  function choose(file) {
    forget();
    url = URL.createObjectURL(file);
    fill(
      heard,
      el("p", { class: "file" }, file.name),
      el("audio", { controls: true, src: url, "aria-label": () => t("interrupt.listen") }),
    );
    onChoose(file);
  }
  return {
    element: el(
      "div",
      { class: "recording" },
      el("p", { class: "hint" }, () => t("source.fileHint")),
      chooser,
      heard,
    ),
    forget,
    /** Says what was begun before the page was loaded, and can be gone on with. */
    recall: () =>
      void unfinishedAt(place).then((file) =>
        fill(unfinished, file && (() => t("upload.unfinished", { file }))),
      ),
    /** @param {boolean} isBusy */
    showBusy: (isBusy) => void (chooser.hidden = isBusy),
  };
}

/** @param {{ way: Way, durationMs: number | null }} shown */
function drawChosen({ way, durationMs }) {
  if (durationMs !== null)
    return [
      el("p", { class: "done" }, () => `✓ ${t("source.chosen", { duration: durationText(durationMs) })}`),
    ];
  // The text says by itself that it has to be heard.
  return [
    (way === "voice" || way === "file") && el("p", { class: "hint" }, () => t(`source.missing.${way}`)),
  ];
}
