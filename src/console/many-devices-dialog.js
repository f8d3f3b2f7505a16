import { field } from "./account-parts.js";
import { changeTwins, listChannels } from "./devices.js";
import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { regionTree } from "./region-tree.js";
import { channelChoice, namesIn, tagsIn } from "./twin-form.js";

/** @typedef {import("./devices.js").ManyResult} ManyResult */

/** In the order in which somebody has to do something about them. */
const OUTCOMES = /** @type {const} */ (["conflict", "revoked", "not_found", "changed", "unchanged"]);
const NAMED = 20;

/**
 * Changes the settings of many devices at once: of those that were ticked, or else of all in some regions. What is left
 * empty stays as it is with each.
 * @param {{ id: string, version: number }[]} devices
 * @param {() => void} changed
 */
export async function askToChangeMany(devices, changed) {
  const channels = await listChannels().then(
    ({ items }) => items.map(({ id }) => id),
    () => [],
  );
  const hint = (/** @type {string} */ key) => el("p", { class: "hint" }, () => t(key));
  const areas = devices.length === 0 ? regionTree({ legend: () => t("many.areas") }) : null;
  const volume = field("twin.volume", { type: "number", min: 0, max: 100, inputmode: "numeric" });
  const maxKbps = field("twin.maxKbps", { type: "number", min: 8, max: 1_000_000, inputmode: "numeric" });
  const channel = channelChoice(
    channels,
    null,
    el("option", { value: "-", label: () => t("many.stays"), selected: true }),
  );
  const added = field("many.addGroups", { maxlength: 2000 }, hint("twin.groupsHint"));
  const removed = field("many.removeGroups", { maxlength: 2000 });
  const addedTags = field("many.addTags", { maxlength: 2000 }, hint("twin.tagsHint"));
  const removedTags = field("many.removeTags", { maxlength: 2000 });

  function change() {
    const set = [
      ["volume", volume.input.value.trim(), Number],
      ["maxKbps", maxKbps.input.value.trim(), Number],
      ["addGroups", added.input.value.trim(), namesIn],
      ["removeGroups", removed.input.value.trim(), namesIn],
      ["addTags", addedTags.input.value.trim(), tagsIn],
      ["removeTags", removedTags.input.value.trim(), tagsIn],
    ].flatMap(([name, text, read]) =>
      text === "" ? [] : [[name, /** @type {(text: unknown) => unknown} */ (read)(text)]],
    );
    const { value } = channel.select;
    return { ...Object.fromEntries(set), ...(value === "-" ? {} : { softwareChannel: value || null }) };
  }

  confirmDialog({
    title: () => (areas ? t("many.titleAreas") : t("many.titleChosen", { count: devices.length })),
    body: [
      areas?.element,
      hint("many.note"),
      volume.element,
      maxKbps.element,
      channel.element,
      added.element,
      removed.element,
      addedTags.element,
      removedTags.element,
    ],
    confirm: () => t("twin.save"),
    busy: () => t("twin.saving"),
    run: () => changeTwins(areas ? { areas: areas.codes() } : { devices }, change()),
    done: ({ items }) => {
      changed();
      return results(items);
    },
  });
}

/** @param {ManyResult[]} items */
function results(items) {
  const parts = OUTCOMES.flatMap((outcome) => {
    const those = items.filter(({ result }) => result === outcome);
    if (those.length === 0) return [];
    const names = those.slice(0, NAMED).map(({ name, deviceId }) => name ?? deviceId);
    return [
      el("p", { class: outcome === "changed" || outcome === "unchanged" ? "done" : "warning" }, () =>
        t(`many.${outcome}`, { count: those.length }),
      ),
      outcome !== "changed" &&
        outcome !== "unchanged" &&
        el("p", {}, names.join("、"), those.length > NAMED && "…"),
    ];
  });
  return parts.length === 0 ? [el("p", { class: "warning" }, () => t("many.nobody"))] : parts;
}
