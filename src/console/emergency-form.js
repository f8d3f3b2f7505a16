import { drawPreview } from "./air-preview.js";
import { serverNow } from "./api.js";
import { confirmDialog } from "./dialogs.js";
import { el, fill } from "./dom.js";
import { choice, drillOptions, field, isComplete } from "./form-parts.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";
import { listEmergencies, previewInterrupt, proposeEmergency } from "./interrupts.js";
import { announce, problemNotice } from "./notices.js";
import { regionTree } from "./region-tree.js";
import { soundSource } from "./sound-source.js";

/** @typedef {import("./interrupts.js").Emergency} Emergency */
/** @typedef {import("./interrupts.js").Preview} Preview */

const KINDS = ["loudspeaker", "terminal"];
const MINUTE_MS = 60_000;
const SEVERITIES = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"];
const LENGTHS = [10, 30, 60, 120, 360, 720, 1440];
const USUAL_LENGTH = 30;

/**
 * A proposal of an emergency, or of the drill of one; another person has to confirm it.
 * @param {(made: Emergency) => void} onProposed
 */
export function emergencyForm(onProposed) {
  const title = field(() => t("interrupt.title"), { maxlength: 200, autocomplete: "off" });
  const of = choice({
    legend: () => t("interrupt.class"),
    values: /** @type {const} */ (["emergency", "drill"]),
    label: (value) => t(`emergency.class.${value}`),
    onChange: showClass,
  });
  const drill = drillOptions();
  const severity = severitySelect();
  const sound = soundSource("recordings/emergency");
  const regions = regionTree({ legend: () => t("interrupt.areas") });
  const minutes = el(
    "select",
    { id: "emergency-length" },
    ...LENGTHS.map((each) =>
      el("option", { value: each, selected: each === USUAL_LENGTH }, () => lengthText(each)),
    ),
  );
  const outcome = el("div", { "aria-live": "assertive" });
  const submit = el("button", { type: "submit", class: "primary" }, () => t("emergency.check"));
  const form = el(
    "form",
    { class: "interrupt-form", novalidate: true, onsubmit: check },
    el(
      "div",
      { class: "columns" },
      el("div", {}, title.element, of.element, drill.element, severity.element, sound.element),
      el(
        "div",
        {},
        regions.element,
        el(
          "p",
          { class: "field" },
          el("label", { for: "emergency-length" }, () => t("emergency.length")),
          minutes,
          el("span", { class: "hint" }, () => t("emergency.lengthHint")),
        ),
      ),
    ),
    outcome,
    el("div", { class: "buttons" }, submit),
  );
  showClass("emergency");

  /** @param {"emergency" | "drill"} value */
  function showClass(value) {
    drill.show(value === "drill");
    form.classList.toggle("drill", value === "drill");
  }

  const isReady = () =>
    isComplete(outcome, [
      [title.input.value.trim() === "", "interrupt.needTitle", () => title.input.focus()],
      [severity.select.value === "", "emergency.needSeverity", () => severity.select.focus()],
      [sound.isBusy(), "interrupt.needWait", sound.focus],
      [sound.sound() === null, "interrupt.needSound", sound.focus],
      [regions.codes().length === 0, "interrupt.needAreas", regions.focus],
    ]);

  /** @param {SubmitEvent} event */
  async function check(event) {
    event.preventDefault();
    if (!isReady()) return;
    const lasts = Number(minutes.value) * MINUTE_MS;
    const wanted = {
      title: title.input.value.trim(),
      class: of.value(),
      areas: regions.codes(),
      silent: drill.isSilent(),
      severity: severity.select.value,
      source: { assetSha256: sound.sound()?.sha256 ?? "" },
    };
    submit.disabled = true;
    fill(
      outcome,
      el("p", { class: "loading" }, () => t("interrupt.checking")),
    );
    try {
      const [preview, open] = await Promise.all([
        previewInterrupt({
          title: wanted.title,
          class: wanted.class,
          silent: wanted.silent,
          targets: { regions: wanted.areas, kinds: KINDS },
          startAt: undefined,
          durationMs: lasts,
          standing: true,
        }),
        listEmergencies({ limit: 100, open: "true" }),
      ]);
      fill(outcome);
      ask(
        preview,
        wanted,
        lasts,
        open.items.filter(({ state }) => state !== "proposed"),
      );
    } catch (error) {
      fill(outcome, problemNotice(error));
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {Preview} preview @param {any} wanted @param {number} lasts ms @param {Emergency[]} standing */
  function ask(preview, wanted, lasts, standing) {
    const isDrill = wanted.class === "drill";
    const replaces = el(
      "select",
      { id: "emergency-replaces" },
      el("option", { value: "" }, () => t("emergency.replacesNone")),
      ...standing.map(({ id, title: name }) => el("option", { value: id }, name)),
    );
    const end = () =>
      new Date(Math.min(serverNow() + lasts, serverNow() + 1440 * MINUTE_MS - 1000)).toISOString();
    confirmDialog({
      title: () => t(isDrill ? "emergency.askDrill" : "emergency.ask", { title: wanted.title }),
      drill: isDrill,
      grave: !isDrill,
      body: [
        isDrill &&
          el("p", { class: "drill-note" }, () => t(wanted.silent ? "drill.silentNote" : "drill.note")),
        el("p", {}, () => t("emergency.askText", { time: momentText(end()) })),
        standing.length > 0 &&
          el(
            "p",
            { class: "field" },
            el("label", { for: "emergency-replaces" }, () => t("emergency.replaces")),
            replaces,
          ),
        ...drawPreview(preview),
      ],
      confirm: () => t("emergency.propose"),
      busy: () => t("interrupt.sending"),
      again: () => t("action.retry"),
      run: () =>
        proposeEmergency({
          ...wanted,
          until: end(),
          ...(replaces.value === "" ? {} : { replaces: replaces.value }),
        }),
      done(made) {
        announce(() => t("emergency.proposed", { title: made.title }));
        reset();
        onProposed(made);
        return null;
      },
    });
  }

  function reset() {
    form.reset();
    of.reset();
    sound.reset();
    regions.clear();
    fill(outcome);
  }

  return { element: form, pause: sound.pause, close: sound.close };
}

/** How grave it is, by CAP's scale: nobody's guess, so nothing is chosen before. */
function severitySelect() {
  const select = el(
    "select",
    { id: "emergency-severity" },
    el("option", { value: "" }, () => t("emergency.severityNone")),
    ...SEVERITIES.map((each) => el("option", { value: each }, () => t(`severity.${each}`))),
  );
  const label = el("label", { for: select.id }, () => t("emergency.severity"));
  return { select, element: el("p", { class: "field" }, label, select) };
}

/** @param {number} minutes */
const lengthText = (minutes) =>
  minutes < 60 ? t("emergency.minutes", { count: minutes }) : t("emergency.hours", { count: minutes / 60 });
