import { el, fill, ticking } from "./dom.js";
import { durationText, sizeText } from "./format.js";
import { t } from "./i18n.js";
import { levelMeter } from "./level-meter.js";
import { MicrophoneProblem, startRecording } from "./microphone.js";

/** @typedef {import("./microphone.js").Voice} Voice */
/** @typedef {import("./microphone.js").Recorder} Recorder */

/** What is spoken is an announcement, not a programme. */
const LONGEST_MS = 15 * 60_000;
/**
 * Speaks into the microphone: record, listen, record anew, use. What was recorded stays until it is thrown away.
 * @param {{ onUse: (voice: Voice) => void, onDiscard: () => void }} options
 */
export function voicePart({ onUse, onDiscard }) {
  /** @type {Recorder | null} */
  let recorder = null;
  /** @type {Voice | null} */
  let voice = null;
  let url = "";
  const use = el(
    "button",
    { type: "button", class: "primary", onclick: () => void (voice !== null && onUse(voice)) },
    () => t("voice.use"),
  );
  const anew = el("button", { type: "button", onclick: () => void record() }, () => t("voice.anew"));
  const element = el("div", { class: "voice" });
  const problem = el("div", { "aria-live": "assertive" });
  const start = el("button", { type: "button", class: "primary record", onclick: () => void record() }, () =>
    t("voice.start"),
  );
  showIdle();

  function showIdle() {
    fill(
      element,
      el("p", { class: "hint" }, () => t("voice.hint")),
      el("div", { class: "buttons" }, start),
      problem,
    );
  }

  async function record() {
    start.disabled = anew.disabled = true;
    fill(
      problem,
      el("p", { class: "loading" }, () => t("voice.asking")),
    );
    const meter = levelMeter();
    try {
      recorder = await startRecording(meter.show);
    } catch (error) {
      const why = error instanceof MicrophoneProblem ? error.why : "failed";
      fill(
        problem,
        el(
          "div",
          { class: "problem", role: "alert" },
          el("p", { class: "problem-title" }, () => t(`microphone.${why}`)),
          el("p", {}, () => t(`microphone.do.${why}`)),
        ),
      );
      return;
    } finally {
      start.disabled = anew.disabled = false;
    }
    fill(problem);
    // Only now, as a microphone that does not open shall cost nobody what was recorded before.
    if (voice !== null) onDiscard();
    voice = null;
    const stopButton = showRecording(recorder, meter.element);
    stopButton.focus();
    const limit = setTimeout(recorder.stop, LONGEST_MS);
    voice = await recorder.done;
    clearTimeout(limit);
    recorder = null;
    // What ends by itself, as when the microphone is pulled out, takes nobody's focus.
    showVoice(document.activeElement === stopButton || document.activeElement === document.body);
  }

  /** @param {Recorder} running @param {Element} meter */
  function showRecording(running, meter) {
    const stopButton = el("button", { type: "button", class: "primary", onclick: running.stop }, () =>
      t("voice.stop"),
    );
    fill(
      element,
      el(
        "div",
        { class: "recorder" },
        el("span", { class: "record-sign", "aria-hidden": "true" }, "●"),
        el("strong", {}, () => t("voice.recording")),
        ticking(() => durationText(running.elapsedMs()), { class: "elapsed", role: "timer" }),
        meter,
        stopButton,
      ),
    );
    return stopButton;
  }

  /** @param {boolean} takesFocus */
  function showVoice(takesFocus) {
    if (voice === null) return;
    const { file, durationMs } = voice;
    URL.revokeObjectURL(url);
    url = URL.createObjectURL(file);
    const sound = el("audio", { controls: true, src: url, "aria-label": () => t("voice.listen") });
    use.hidden = false;
    fill(
      element,
      el(
        "p",
        { class: "original" },
        el("span", { class: "file" }, file.name),
        el("span", { class: "fact" }, durationText(durationMs)),
        el("span", { class: "fact" }, sizeText(file.size)),
      ),
      el("div", { class: "recording" }, sound),
      el(
        "div",
        { class: "buttons" },
        use,
        anew,
        el(
          "button",
          {
            type: "button",
            onclick: () => {
              discard();
              start.focus();
            },
          },
          () => t("voice.discard"),
        ),
      ),
      problem,
    );
    if (takesFocus) use.focus();
  }

  function discard() {
    voice = null;
    URL.revokeObjectURL(url);
    fill(problem);
    showIdle();
    onDiscard();
  }

  const ending = new AbortController();
  addEventListener(
    "beforeunload",
    (event) => {
      if (voice !== null || recorder !== null) event.preventDefault();
    },
    { signal: ending.signal },
  );

  return {
    element,
    /** What was sent need not be sent again. @param {boolean} isSent */
    showSent(isSent) {
      const hadFocus = document.activeElement === use;
      use.hidden = isSent;
      if (isSent && hadFocus) anew.focus();
    },
    /** Ends a recording that runs; what was said so far is kept. */
    stop: () => recorder?.stop(),
    discard,
    /** Nobody comes back to it. */
    close() {
      recorder?.stop();
      ending.abort();
    },
  };
}
