import { serverNow } from "./api.js";
import { badge } from "./badges.js";
import { deviceLink, deviceTabs } from "./device-tabs.js";
import { listOutages } from "./devices.js";
import { el, ticking } from "./dom.js";
import { countdownText, momentText } from "./format.js";
import { t } from "./i18n.js";
import { liveView, readPages } from "./live.js";
import { emptyNotice } from "./notices.js";
import { table } from "./tables.js";

/** @typedef {import("./devices.js").Outage} Outage */

const PAGE = 50;

/** Lines that are or were cut: a device's, or a region's of which most went at once. */
export function outagesView() {
  let pages = 1;
  const open = el("input", { type: "checkbox", checked: true, onchange: changeFilter });
  const rows = table({
    caption: () => t("outages.title"),
    columns: ["column.where", "column.outage", "column.outageDevices", "column.began", "column.ended"],
    keyOf: (/** @type {Outage} */ { id }) => String(id),
    cells: ({ kind, region, device, devices, beganAt, endedAt }) => [
      device === null
        ? el("strong", {}, region.name)
        : el("span", {}, deviceLink(device.id, device.name), el("small", { class: "below" }, region.name)),
      kind === "gone"
        ? badge("bad", "○", () => t("outage.gone"))
        : badge("warn", "~", () => t("outage.unstable")),
      el("span", { class: "number" }, String(devices)),
      () => momentText(beganAt),
      endedAt === null
        ? ticking(() => t("outage.lasts", { time: countdownText(serverNow() - Date.parse(beganAt)) }))
        : () => momentText(endedAt),
    ],
  });
  const none = emptyNotice("outages.none", "outages.noneHint");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));
  const view = liveView({
    title: () => t("outages.title"),
    before: el(
      "div",
      {},
      deviceTabs("/outages"),
      el(
        "div",
        { class: "filters" },
        el("label", {}, open, " ", () => t("outages.open")),
      ),
    ),
    body: el("div", {}, none, rows.element, more),
    load: (signal) =>
      readPages((cursor) => listOutages({ open: String(open.checked), limit: PAGE, cursor }, signal), pages),
    show({ items, nextCursor }) {
      rows.update(items);
      rows.element.toggleAttribute("hidden", items.length === 0);
      none.hidden = items.length > 0;
      more.hidden = nextCursor === null;
    },
  });
  function changeFilter() {
    pages = 1;
    view.refresh();
  }
  function showMore() {
    pages += 1;
    view.refresh();
  }
  return view;
}
