import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./notices.js";
import { changeSound, removeSound, uploadSound } from "./resources.js";

/** How a programme sounds: its settings, tunes and cover, in one dialog. */

/** @typedef {import("./resources.js").Programme} Programme */

const STEPS = /** @type {const} */ (["highPass", "lowPass", "compress"]);
const TUNES = /** @type {const} */ (["signature", "sting", "closing"]);

/** @param {() => string} label @param {...import("./dom.js").Child} children */
const labelled = (label, ...children) => el("label", { class: "field" }, el("span", {}, label), ...children);

/** @param {boolean} checked */
const checkbox = (checked) => el("input", { type: "checkbox", checked });

/** One that can be replaced by a file or, where there is one, taken away. @param {string} role @param {string | null} sha256 */
function filePart(role, sha256) {
  const isCover = role === "cover";
  const input = el("input", { type: "file", accept: isCover ? "image/*" : "audio/*" });
  const away = checkbox(false);
  const element = el(
    "fieldset",
    { class: "sound-file" },
    el("legend", {}, () => t(`sound.${role}`)),
    sha256 === null && el("p", { class: "hint" }, () => t(isCover ? "sound.ownCover" : "sound.noFile")),
    sha256 !== null &&
      (isCover
        ? el("img", { src: `/media/${sha256}`, alt: () => t("sound.cover"), width: 96 })
        : el("p", { class: "hint" }, () => t("sound.hasFile"))),
    labelled(() => t("sound.choose"), input),
    sha256 !== null && el("label", {}, away, " ", () => t("sound.remove")),
  );
  return { role, element, file: () => input.files?.[0] ?? null, isAway: () => away.checked };
}

/** @param {Programme} programme @param {(changed: Programme) => void} onChanged */
export function programmeSoundDialog(programme, onChanged) {
  const { id, title, kind, sound } = programme;
  const hasEpisodes = kind === "broadcast";
  const delivery = el(
    "select",
    {},
    ...["list", "programme"].map((value) =>
      el("option", { value, selected: sound.delivery === value }, t(`delivery.${value}`)),
    ),
  );
  const number = (/** @type {number | null} */ value, /** @type {Record<string, number>} */ bounds) =>
    el("input", { type: "number", value, ...bounds });
  const gap = number(sound.gapMs / 1000, { min: 0, max: 10, step: 0.1 });
  const slot = number(sound.slotMinutes, { min: 0.5, max: 720, step: 0.5 });
  const steps = STEPS.map((step) => ({ step, input: checkbox(!sound.bypass.includes(step)) }));
  const files = [
    ...(hasEpisodes ? TUNES : []).map((role) => filePart(role, sound[role])),
    filePart("cover", sound.cover),
  ];

  async function save() {
    let changed = await changeSound(id, {
      bypass: steps.filter(({ input }) => !input.checked).map(({ step }) => step),
      slotMinutes: Number.isNaN(slot.valueAsNumber) ? null : slot.valueAsNumber,
      ...(hasEpisodes
        ? { delivery: delivery.value, gapMs: Math.round((gap.valueAsNumber || 0) * 1000) }
        : {}),
    });
    for (const { role, file, isAway } of files) {
      const chosen = file();
      if (chosen !== null) changed = await uploadSound(id, role, chosen);
      else if (isAway()) changed = await removeSound(id, role);
    }
    return changed;
  }

  return confirmDialog({
    title: () => t("sound.title", { title }),
    body: [
      el("p", { class: "hint" }, () => t("sound.hint")),
      hasEpisodes && labelled(() => t("sound.delivery"), delivery),
      hasEpisodes && labelled(() => t("sound.gap"), gap),
      labelled(() => t("sound.slot"), slot),
      el(
        "fieldset",
        {},
        el("legend", {}, () => t("sound.chain")),
        ...steps.map(({ step, input }) => el("label", {}, input, " ", () => t(`chain.${step}`))),
      ),
      ...files.map(({ element }) => element),
    ],
    confirm: () => t("sound.save"),
    busy: () => t("sound.saving"),
    run: save,
    done(changed) {
      onChanged(changed);
      announce(() => t("sound.done", { title }));
      return null;
    },
  });
}
