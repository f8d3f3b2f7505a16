import { field } from "./account-parts.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";

/** The fields of a device's settings. */

/** @param {string} text as people separate names @returns {string[]} */
export const namesIn = (text) =>
  [...new Set(text.split(/[\s,，、;；]+/).filter((name) => name !== ""))].toSorted();

/** @param {HTMLInputElement} input @returns {number | null} */
export const numberIn = ({ value }) => (value.trim() === "" ? null : Number(value));

/** @param {string} key @param {Record<string, string | number>} [values] */
const hint = (key, values) => el("p", { class: "hint" }, () => t(key, values));

/**
 * A channel, or none.
 * @param {string[]} channels
 * @param {string | null} chosen
 * @param {import("./dom.js").Child} [first] another choice before them all
 */
export function channelChoice(channels, chosen, first = null) {
  const known = chosen === null || channels.includes(chosen) ? channels : [chosen, ...channels];
  const select = el(
    "select",
    { id: "twin-channel" },
    first,
    el("option", {
      value: "",
      label: () => t("twin.noChannel"),
      selected: first === null && chosen === null,
    }),
    ...known.map((id) => el("option", { value: id, label: id, selected: id === chosen })),
  );
  const element = el(
    "div",
    { class: "field" },
    el("label", { for: "twin-channel" }, () => t("twin.channel")),
    select,
  );
  return { select, element };
}

/**
 * @param {import("./devices.js").Settings} settings
 * @param {string[]} channels
 * @param {number} maxVolume what the policy allows
 */
export function settingsForm(settings, channels, maxVolume) {
  const volume = field(
    "twin.volume",
    { type: "number", min: 0, max: 100, value: settings.volume ?? "", inputmode: "numeric" },
    hint("twin.volumeHint", { value: maxVolume }),
  );
  const maxKbps = field(
    "twin.maxKbps",
    { type: "number", min: 8, max: 1_000_000, value: settings.maxKbps ?? "", inputmode: "numeric" },
    hint("twin.maxKbpsHint"),
  );
  const groups = field(
    "twin.groups",
    { maxlength: 2000, value: settings.groups.join(" ") },
    hint("twin.groupsHint"),
  );
  const tags = field(
    "twin.tags",
    { maxlength: 2000, value: settings.tags.join("，") },
    hint("twin.tagsHint"),
  );
  const channel = channelChoice(channels, settings.softwareChannel);
  return {
    element: el("div", {}, volume.element, maxKbps.element, channel.element, groups.element, tags.element),
    /** @returns {import("./devices.js").Settings} */
    value: () => ({
      volume: numberIn(volume.input),
      maxKbps: numberIn(maxKbps.input),
      softwareChannel: channel.select.value === "" ? null : channel.select.value,
      groups: namesIn(groups.input.value),
      tags: tagsIn(tags.input.value),
    }),
    focus: () => volume.input.focus(),
  };
}

/** A tag may have a space in it. @param {string} text @returns {string[]} */
export const tagsIn = (text) =>
  [
    ...new Set(
      text
        .split(/[,，、;；]+/)
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ""),
    ),
  ].toSorted();
