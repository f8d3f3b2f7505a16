import { contentName } from "./content-card.js";
import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { announce, problemNotice } from "./notices.js";
import { createContent } from "./resources.js";

/** @typedef {import("./resources.js").Programme} Programme */
/** @typedef {import("./resources.js").Episode} Episode */
/** @typedef {import("./resources.js").Session} Session */

let serial = 0;

/** @param {() => string} label @param {import("./dom.js").Attributes} attributes */
function field(label, attributes) {
  const id = `field-${(serial += 1)}`;
  const input = el("input", { id, maxlength: 200, ...attributes });
  return { input, element: el("p", { class: "field" }, el("label", { for: id }, label), input) };
}

/** @param {string} text */
const listOf = (text) =>
  text
    .split(/[,，、;；\n]/)
    .map((part) => part.trim())
    .filter(Boolean);

/**
 * A form for a new episode or session of a programme, folded away until it is wanted.
 * @param {Programme} programme
 * @param {(content: Episode | Session) => void} onCreated
 */
export function newContentForm(programme, onCreated) {
  const lecture = programme.kind === "lecture";
  const number = field(() => t(lecture ? "create.sessionNumber" : "create.number"), {
    type: "number",
    min: 1,
    max: 100_000,
    required: true,
  });
  const title = field(() => t(lecture ? "create.topic" : "create.title"), { required: true });
  const speakers = field(() => t("create.speakers"), {});
  const modules = field(() => t("create.modules"), {});
  const segments = programme.segments.map((name) => ({ name, ...field(() => name, {}) }));
  const outcome = el("div", { "aria-live": "assertive" });
  const submit = el("button", { type: "submit", class: "primary" }, () => t("create.submit"));
  const form = el(
    "form",
    { onsubmit: create },
    number.element,
    title.element,
    ...(lecture
      ? [speakers.element, modules.element]
      : [
          el(
            "fieldset",
            {},
            el("legend", {}, () => t("create.segments")),
            el("p", { class: "hint" }, () => t("create.segmentsHint")),
            ...segments.map(({ element }) => element),
          ),
        ]),
    outcome,
    el("div", { class: "buttons" }, submit),
  );
  const element = el(
    "details",
    { class: "card new" },
    el("summary", {}, () => `＋ ${t(lecture ? "create.session" : "create.episode")}`),
    form,
  );

  function input() {
    const common = { programmeId: programme.id, number: number.input.valueAsNumber };
    const text = title.input.value.trim();
    if (lecture)
      return {
        ...common,
        topic: text,
        speakers: listOf(speakers.input.value),
        modules: listOf(modules.input.value),
      };
    const filled = segments
      .map(({ name, input }) => ({ name, title: input.value.trim() }))
      .filter((part) => part.title !== "");
    return { ...common, title: text, segments: filled };
  }

  /** @param {SubmitEvent} event */
  async function create(event) {
    event.preventDefault();
    const body = input();
    if ("segments" in body && body.segments.length === 0) {
      fill(
        outcome,
        el("p", { class: "problem" }, () => t("create.needSegment")),
      );
      segments[0]?.input.focus();
      return;
    }
    submit.disabled = true;
    fill(
      outcome,
      el("p", { class: "loading" }, () => t("create.busy")),
    );
    try {
      const created = await createContent(lecture ? "sessions" : "episodes", body);
      announce(() => t("create.done", { what: contentName(created) }));
      form.reset();
      fill(outcome);
      element.open = false;
      onCreated(created);
    } catch (error) {
      fill(outcome, problemNotice(error));
    } finally {
      submit.disabled = false;
    }
  }
  return element;
}
