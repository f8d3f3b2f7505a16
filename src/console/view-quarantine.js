import { deviceLink, deviceTabs } from "./device-tabs.js";
import { listMisfits } from "./devices.js";
import { el } from "./dom.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";
import { liveView, readPages } from "./live.js";
import { emptyNotice } from "./notices.js";
import { reasonText } from "./server-words.js";
import { table } from "./tables.js";

/** @typedef {import("./devices.js").Misfit} Misfit */

const PAGE = 50;

/** What devices reported that could not be stored as a record. @param {string | null} deviceId of one device alone */
export function quarantineView(deviceId) {
  let pages = 1;
  const rows = table({
    caption: () => t("quarantine.title"),
    columns: ["column.device", "column.problem", "column.times", "column.lastCame", "column.payload"],
    keyOf: (/** @type {Misfit} */ { deviceId: id, bootId, seq, firstAt, payload }) =>
      `${id} ${bootId} ${seq} ${firstAt} ${payload.length}`,
    cells: (misfit) => [
      el(
        "span",
        {},
        deviceLink(misfit.deviceId, misfit.deviceName),
        misfit.seq !== null &&
          el("small", { class: "below" }, () =>
            t("quarantine.record", { seq: misfit.seq ?? "", boot: misfit.bootId?.slice(0, 8) ?? "" }),
          ),
      ),
      () => reasonText(misfit.problem),
      el("span", { class: "number" }, String(misfit.times)),
      el(
        "span",
        {},
        () => momentText(misfit.lastAt),
        misfit.times > 1 &&
          el("small", { class: "below" }, () => t("quarantine.since", { time: momentText(misfit.firstAt) })),
      ),
      el(
        "details",
        {},
        el("summary", {}, () => t("quarantine.show")),
        el("pre", { class: "preformatted" }, misfit.payload),
      ),
    ],
  });
  const none = emptyNotice("quarantine.none", "quarantine.noneHint");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));
  const all = el(
    "p",
    { class: "back" },
    el("a", { href: "#/devices/quarantine" }, () => t("quarantine.all")),
  );
  const view = liveView({
    title: () => t("quarantine.title"),
    before: el("div", {}, deviceTabs("/quarantine"), deviceId !== null && all),
    body: el(
      "div",
      {},
      el("p", { class: "hint" }, () => t("quarantine.note")),
      none,
      rows.element,
      more,
    ),
    load: (signal) =>
      readPages(
        (cursor) => listMisfits({ ...(deviceId === null ? {} : { deviceId }), limit: PAGE, cursor }, signal),
        pages,
      ),
    show({ items, nextCursor }) {
      rows.update(items);
      rows.element.toggleAttribute("hidden", items.length === 0);
      none.hidden = items.length > 0;
      more.hidden = nextCursor === null;
    },
  });
  function showMore() {
    pages += 1;
    view.refresh();
  }
  return view;
}
