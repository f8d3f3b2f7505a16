import { field } from "./account-parts.js";
import { may } from "./api.js";
import { badge } from "./badges.js";
import { deviceTabs } from "./device-tabs.js";
import { listChannels, removeChannel, setChannel } from "./devices.js";
import { confirmDialog } from "./dialogs.js";
import { el } from "./dom.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";
import { liveView } from "./live.js";
import { announce, emptyNotice } from "./notices.js";
import { table } from "./tables.js";

/** @typedef {import("./devices.js").Channel} Channel */

/** Which software the devices of each channel are to run, and how many lag. */
export function channelsView() {
  const mayManage = may("software:manage");
  const button = (/** @type {string} */ key, /** @type {() => unknown} */ onclick) =>
    el("button", { type: "button", class: "quiet", onclick }, () => t(key));

  const rows = table({
    caption: () => t("channels.title"),
    columns: ["column.channel", "column.software", "column.members", "column.lagging", "column.actions"],
    keyOf: (/** @type {Channel} */ { id }) => id,
    cells: (channel) => [
      el("strong", {}, channel.id),
      el(
        "span",
        {},
        channel.software,
        el("small", { class: "below" }, () =>
          t("channels.changed", { name: channel.changedBy, time: momentText(channel.changedAt) }),
        ),
      ),
      el("span", { class: "number" }, String(channel.devices)),
      channel.lagging === 0
        ? badge("good", "✓", () => t("channels.noneLags"))
        : badge("warn", "≠", () => t("channels.lag", { count: channel.lagging })),
      mayManage &&
        el(
          "span",
          { class: "acts" },
          button("channels.edit", () => askForSoftware(channel, view.refresh)),
          button("channels.remove", () => askToRemove(channel, view.refresh)),
        ),
    ],
  });
  const none = emptyNotice("channels.none", "channels.noneHint");
  const view = liveView({
    title: () => t("channels.title"),
    before: el(
      "div",
      {},
      deviceTabs("/software"),
      mayManage &&
        el(
          "div",
          { class: "filters" },
          el(
            "button",
            { type: "button", class: "primary", onclick: () => askForSoftware(null, view.refresh) },
            () => t("channels.add"),
          ),
        ),
    ),
    body: el(
      "div",
      {},
      el("p", { class: "hint" }, () => t("channels.note")),
      none,
      rows.element,
    ),
    load: listChannels,
    show({ items }) {
      rows.update(items);
      rows.element.toggleAttribute("hidden", items.length === 0);
      none.hidden = items.length > 0;
    },
  });
  return view;
}

/** @param {Channel | null} channel a new one without @param {() => void} changed */
function askForSoftware(channel, changed) {
  const hint = (/** @type {string} */ key) => el("p", { class: "hint" }, () => t(key));
  const id = field("channels.id", { maxlength: 64, placeholder: "stable" }, hint("channels.idHint"));
  const software = field(
    "channels.software",
    { maxlength: 100, value: channel?.software ?? "" },
    hint("channels.softwareHint"),
  );
  confirmDialog({
    title: () => (channel ? t("channels.editTitle", { id: channel.id }) : t("channels.add")),
    body: [channel === null && id.element, software.element],
    confirm: () => t("twin.save"),
    busy: () => t("twin.saving"),
    run: () => setChannel(channel?.id ?? id.input.value.trim(), software.input.value.trim()),
    done: (saved) => {
      announce(() => t("channels.saved", { id: saved.id }));
      changed();
      return null;
    },
  });
  (channel ? software : id).input.focus();
}

/** @param {Channel} channel @param {() => void} changed */
function askToRemove({ id }, changed) {
  confirmDialog({
    title: () => t("channels.removeTitle", { id }),
    body: [el("p", {}, () => t("channels.removeBody"))],
    confirm: () => t("channels.remove"),
    run: () => removeChannel(id),
    done: () => {
      announce(() => t("channels.removed", { id }));
      changed();
      return null;
    },
  });
}
