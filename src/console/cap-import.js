import { asProblem } from "./api.js";
import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { importCap } from "./interrupts.js";
import { announce, problemNotice } from "./notices.js";
import { regionTree } from "./region-tree.js";

/** @typedef {import("./interrupts.js").Emergency} Emergency */
/** @typedef {ReturnType<typeof regionTree>} RegionTree */

const MAX_BYTES = 256 * 1024;
/** As the server says it of an area without an administrative code. */
const UNMAPPED = /^"([^]*)" has no administrative code and is not mapped to one\.$/;

/**
 * Takes in a CAP 1.2 message from a file. Areas that it only names are chosen here, and the message is sent again.
 * @param {() => void} onTaken
 */
export function capImport(onTaken) {
  /** @type {string | null} */
  let message = null;
  /** By the name in the message. @type {Map<string, RegionTree>} */
  let areas = new Map();
  const outcome = el("div", { "aria-live": "assertive" });
  const mapping = el("div");
  const name = el("span", { class: "file" });
  const input = el("input", {
    type: "file",
    class: "unseen",
    accept: ".xml,.cap,application/cap+xml,application/xml,text/xml",
    onchange: () => {
      const file = input.files?.[0];
      input.value = "";
      if (file) void choose(file);
    },
  });
  const send = el("button", { type: "submit", class: "primary", hidden: true }, () => t("cap.again"));

  /** @param {File} file */
  async function choose(file) {
    areas = new Map();
    fill(mapping);
    send.hidden = true;
    fill(name, file.name);
    if (file.size > MAX_BYTES)
      return fill(
        outcome,
        el("p", { class: "problem" }, () => t("cap.tooLarge")),
      );
    message = await file.text();
    await take();
  }

  async function take() {
    if (message === null) return;
    const mapped = [...areas].flatMap(([area, tree]) => tree.codes().map((code) => ({ name: area, code })));
    const isUnmapped = [...areas].find(([, tree]) => tree.codes().length === 0);
    if (isUnmapped) return isUnmapped[1].focus();
    send.disabled = true;
    fill(
      outcome,
      el("p", { class: "loading" }, () => t("cap.taking")),
    );
    try {
      const taken = await importCap(message, mapped);
      message = null;
      areas = new Map();
      fill(mapping);
      send.hidden = true;
      fill(
        outcome,
        el("p", { class: "done" }, () => t(`cap.taken.${becameOf(taken)}`, { title: taken.title })),
      );
      announce(() => t(`cap.taken.${becameOf(taken)}`, { title: taken.title }));
      onTaken();
    } catch (error) {
      fill(outcome, problemNotice(error));
      const { errors } = asProblem(error);
      const unmapped = errors.flatMap(({ message: text }) => UNMAPPED.exec(text)?.[1] ?? []);
      // With anything else wrong no region would help.
      askForAreas(unmapped.length === errors.length ? unmapped : []);
    } finally {
      send.disabled = false;
    }
  }

  /** @param {string[]} names */
  function askForAreas(names) {
    for (const area of new Set(names)) {
      if (areas.has(area)) continue;
      areas.set(area, regionTree({ legend: () => t("cap.area", { name: area }) }));
    }
    send.hidden = areas.size === 0;
    if (names.length === 0) return;
    fill(
      mapping,
      el("p", {}, () => t("cap.areas")),
      ...[...areas.values()].map(({ element }) => element),
    );
  }

  return el(
    "form",
    {
      class: "interrupt-form",
      novalidate: true,
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        void take();
      },
    },
    el("p", { class: "hint" }, () => t("cap.hint")),
    el(
      "p",
      { class: "chooser" },
      el("label", { class: "button" }, input, () => t("cap.choose")),
      name,
    ),
    outcome,
    mapping,
    el("div", { class: "buttons" }, send),
  );
}

/** @param {Emergency} taken */
const becameOf = ({ state }) =>
  state === "proposed" ? "proposed" : state === "active" || state === "confirmed" ? "known" : "ended";
