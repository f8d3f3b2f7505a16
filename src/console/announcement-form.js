import { drawPreview } from "./air-preview.js";
import { Problem, serverNow } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { choice, drillOptions, field, isComplete, manyOf } from "./form-parts.js";
import { dayOf, durationText, instantOfLocal, momentText, timeText } from "./format.js";
import { t, term } from "./i18n.js";
import { createAnnouncement, previewInterrupt } from "./interrupts.js";
import { MicrophoneProblem } from "./microphone.js";
import { announce, problemNotice } from "./notices.js";
import { goOnAir, isSpeaking } from "./on-air.js";
import { regionTree } from "./region-tree.js";
import { soundSource } from "./sound-source.js";

/** @typedef {import("./interrupts.js").Preview} Preview */

const KINDS = ["loudspeaker", "terminal"];
const MINUTE_MS = 60_000;

/** Says in the words of the page why there is no microphone. @param {unknown} error @returns {never} */
function explained(error) {
  if (!(error instanceof MicrophoneProblem)) throw error;
  throw new Problem("microphone", t(`microphone.${error.why}`), { hint: t(`microphone.do.${error.why}`) });
}

/**
 * A new announcement or drill. It keeps what was written, spoken and chosen until it was sent.
 * @param {() => void} onCreated called when the list has something else to show
 */
export function announcementForm(onCreated) {
  const title = field(() => t("interrupt.title"), { maxlength: 200, autocomplete: "off" });
  const of = choice({
    legend: () => t("interrupt.class"),
    values: /** @type {const} */ (["announcement", "drill"]),
    label: (value) => t(`interrupt.class.${value}`),
    onChange: showClass,
  });
  const drill = drillOptions();
  const sound = soundSource("recordings/announcement", (way) => showLive(way === "live"));
  const regions = regionTree({ legend: () => t("interrupt.areas") });
  const kinds = manyOf(
    () => t("interrupt.kinds"),
    KINDS,
    (kind) => term("kind", kind),
    ["loudspeaker"],
  );
  const when = choice({
    legend: () => t("interrupt.when"),
    values: /** @type {const} */ (["now", "at"]),
    label: (value) => t(`interrupt.when.${value}`),
    onChange: showWhen,
  });
  const at = field(() => t("interrupt.startAt"), { type: "datetime-local" });
  const repeat = field(() => t("interrupt.repeat"), {
    type: "number",
    min: 1,
    max: 10,
    value: 1,
    required: true,
  });
  const outcome = el("div", { "aria-live": "assertive" });
  const submit = el("button", { type: "submit", class: "primary" }, () => t("interrupt.check"));
  const form = el(
    "form",
    { class: "interrupt-form", novalidate: true, onsubmit: check },
    el(
      "div",
      { class: "columns" },
      el("div", {}, title.element, of.element, drill.element, sound.element),
      el("div", {}, regions.element, kinds.element, when.element, at.element, repeat.element),
    ),
    outcome,
    el("div", { class: "buttons" }, submit),
  );
  showClass("announcement");
  showWhen("now");
  showLive(false);

  /** @param {"announcement" | "drill"} value */
  function showClass(value) {
    drill.show(value === "drill");
    form.classList.toggle("drill", value === "drill");
  }
  /** @param {"now" | "at"} value */
  function showWhen(value) {
    at.element.hidden = value !== "at";
    if (value !== "at" || at.input.value !== "") return;
    const inAnHour = serverNow() + 60 * MINUTE_MS;
    at.input.value = `${dayOf(inAnHour)}T${timeText(inAnHour)}`;
  }

  /** What is spoken live is heard as it is spoken, once. @param {boolean} isLive */
  function showLive(isLive) {
    for (const part of [when.element, repeat.element]) part.hidden = isLive;
    at.element.hidden = isLive || when.value() !== "at";
    fill(submit, () => t(isLive ? "live.check" : "interrupt.check"));
  }

  /** What would be sent. */
  function input() {
    const isLive = sound.way() === "live";
    const chosen = sound.sound();
    const startAt = !isLive && when.value() === "at" ? instantOfLocal(at.input.value) : null;
    return {
      title: title.input.value.trim(),
      class: of.value(),
      targets: { regions: regions.codes(), kinds: kinds.values() },
      silent: drill.isSilent(),
      startAt: startAt === null || Number.isNaN(startAt) ? undefined : new Date(startAt).toISOString(),
      repeat: isLive ? 1 : repeat.input.valueAsNumber,
      source: isLive
        ? { live: { longestMinutes: sound.longestMinutes() } }
        : { assetSha256: chosen?.sha256 ?? "" },
      durationMs: isLive
        ? sound.longestMinutes() * MINUTE_MS
        : (chosen?.durationMs ?? 0) * repeat.input.valueAsNumber,
    };
  }

  const isReady = () =>
    sound.way() === "live" ? isComplete(outcome, liveNeeds()) : isComplete(outcome, needs());

  /** @returns {[isMissing: boolean, key: string, focus: () => void][]} */
  const liveNeeds = () => [
    [isSpeaking(), "live.already", () => {}],
    [title.input.value.trim() === "", "interrupt.needTitle", () => title.input.focus()],
    [Number.isNaN(sound.longestMinutes()), "live.needLongest", sound.focusLongest],
    [regions.codes().length === 0, "interrupt.needAreas", regions.focus],
    [kinds.values().length === 0, "interrupt.needKinds", kinds.focus],
  ];

  /** @returns {[isMissing: boolean, key: string, focus: () => void][]} */
  const needs = () => [
    [title.input.value.trim() === "", "interrupt.needTitle", () => title.input.focus()],
    [sound.isBusy(), "interrupt.needWait", sound.focus],
    [sound.sound() === null, "interrupt.needSound", sound.focus],
    [regions.codes().length === 0, "interrupt.needAreas", regions.focus],
    [kinds.values().length === 0, "interrupt.needKinds", kinds.focus],
    [
      when.value() === "at" && !(instantOfLocal(at.input.value) > serverNow()),
      "interrupt.needTime",
      () => at.input.focus(),
    ],
    [!repeat.input.checkValidity(), "interrupt.needRepeat", () => repeat.input.focus()],
  ];

  /** @param {SubmitEvent} event */
  async function check(event) {
    event.preventDefault();
    if (!isReady()) return;
    const { repeat: times, source, durationMs, ...rest } = input();
    submit.disabled = true;
    fill(
      outcome,
      el("p", { class: "loading" }, () => t("interrupt.checking")),
    );
    try {
      const preview = await previewInterrupt({ ...rest, durationMs, standing: false });
      fill(outcome);
      const wanted = { ...rest, repeat: times, source };
      if (sound.way() === "live") askToSpeak(preview, wanted, durationMs);
      else ask(preview, wanted, durationMs);
    } catch (error) {
      fill(outcome, problemNotice(error));
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {Preview} preview @param {any} wanted @param {number} durationMs */
  function ask(preview, wanted, durationMs) {
    const isDrill = wanted.class === "drill";
    const { startAt } = wanted;
    confirmDialog({
      title: () => t(isDrill ? "interrupt.askDrill" : "interrupt.ask", { title: wanted.title }),
      drill: isDrill,
      body: [
        isDrill &&
          el("p", { class: "drill-note" }, () => t(wanted.silent ? "drill.silentNote" : "drill.note")),
        el("p", {}, () =>
          startAt === undefined
            ? t("interrupt.airsNow", { duration: durationText(durationMs) })
            : t("interrupt.airsAt", { time: momentText(startAt), duration: durationText(durationMs) }),
        ),
        ...drawPreview(preview),
      ],
      confirm: () => t(startAt === undefined ? "interrupt.airNow" : "interrupt.airAt"),
      busy: () => t("interrupt.sending"),
      again: () => t("action.retry"),
      run: () => createAnnouncement(wanted),
      done(made) {
        announce(() => t("interrupt.sent", { title: made.title }));
        reset();
        onCreated();
        return null;
      },
    });
  }

  /** @param {Preview} preview @param {any} wanted @param {number} longestMs */
  function askToSpeak(preview, wanted, longestMs) {
    const isDrill = wanted.class === "drill";
    confirmDialog({
      title: () => t("live.ask", { title: wanted.title }),
      drill: isDrill,
      body: [
        isDrill &&
          el("p", { class: "drill-note" }, () => t(wanted.silent ? "drill.silentNote" : "drill.note")),
        el("p", {}, () => t("live.askText", { duration: durationText(longestMs) })),
        ...drawPreview(preview),
      ],
      confirm: () => t("live.go"),
      busy: () => t("live.opening"),
      again: () => t("action.retry"),
      run: (cancelled) =>
        goOnAir(() => createAnnouncement(wanted), { preview, cancelled, onChange: () => onCreated() }).catch(
          explained,
        ),
      done() {
        reset();
        onCreated();
        return null;
      },
    });
  }

  function reset() {
    form.reset();
    of.reset();
    when.reset();
    at.input.value = "";
    sound.reset();
    regions.clear();
    fill(outcome);
  }

  return { element: form, pause: sound.pause, close: sound.close };
}
