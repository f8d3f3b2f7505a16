import { el, fill } from "./dom.js";
import { t } from "./i18n.js";

/** What the forms for announcements and emergencies have in common. */

let serial = 0;

/**
 * A field with its label.
 * @param {() => string} label
 * @param {import("./dom.js").Attributes} attributes of the input
 */
export function field(label, attributes) {
  const id = `interrupt-field-${(serial += 1)}`;
  const input = el("input", { id, ...attributes });
  return { input, element: el("p", { class: "field" }, el("label", { for: id }, label), input) };
}

/**
 * One of several, as radio buttons.
 * @template {string} V
 * @param {object} options
 * @param {() => string} options.legend
 * @param {readonly V[]} options.values the first is chosen
 * @param {(value: V) => string} options.label
 * @param {(value: V) => void} options.onChange
 */
export function choice({ legend, values, label, onChange }) {
  const name = `interrupt-choice-${(serial += 1)}`;
  const radios = values.map((value, index) =>
    el("input", { type: "radio", name, value, checked: index === 0, onchange: () => onChange(value) }),
  );
  const element = el(
    "fieldset",
    {},
    el("legend", {}, legend),
    el(
      "div",
      { class: "choices" },
      ...radios.map((radio, index) =>
        el("label", {}, radio, " ", () => label(/** @type {V} */ (values[index]))),
      ),
    ),
  );
  return {
    element,
    value: () => /** @type {V} */ (radios.find(({ checked }) => checked)?.value),
    reset() {
      const [first] = radios;
      if (first) first.checked = true;
      onChange(/** @type {V} */ (values[0]));
    },
  };
}

/**
 * Several of some.
 * @param {() => string} legend
 * @param {readonly string[]} values
 * @param {(value: string) => string} label
 * @param {readonly string[]} chosen to begin with
 */
export function manyOf(legend, values, label, chosen) {
  const boxes = values.map((value) =>
    el("input", { type: "checkbox", value, checked: chosen.includes(value) }),
  );
  return {
    element: el(
      "fieldset",
      {},
      el("legend", {}, legend),
      el(
        "div",
        { class: "choices" },
        ...boxes.map((box, index) => el("label", {}, box, " ", () => label(values[index] ?? ""))),
      ),
    ),
    values: () => boxes.filter(({ checked }) => checked).map(({ value }) => value),
    focus: () => boxes[0]?.focus(),
  };
}

/** What a drill is, said where one is made, and whether it is silent. */
export function drillOptions() {
  const silent = el("input", { type: "checkbox", onchange: showNote });
  const note = el("p", { class: "drill-note" });
  const element = el(
    "div",
    { hidden: true },
    note,
    el(
      "p",
      {},
      el("label", {}, silent, " ", () => t("drill.silentOption")),
    ),
  );
  showNote();
  function showNote() {
    fill(note, () => t(silent.checked ? "drill.silentNote" : "drill.note"));
  }
  return {
    element,
    /** @param {boolean} isDrill */
    show(isDrill) {
      element.hidden = !isDrill;
      showNote();
    },
    isSilent: () => !element.hidden && silent.checked,
  };
}

/**
 * Says the first thing that is missing and goes there; whether nothing is.
 * @param {Element} outcome
 * @param {[isMissing: boolean, key: string, focus: () => void][]} needs
 */
export function isComplete(outcome, needs) {
  const missing = needs.find(([isMissing]) => isMissing);
  if (!missing) {
    fill(outcome);
    return true;
  }
  const [, key, focus] = missing;
  fill(
    outcome,
    el("p", { class: "problem", role: "alert" }, () => t(key)),
  );
  focus();
  return false;
}
