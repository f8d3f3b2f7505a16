import { badge } from "./badges.js";
import { el } from "./dom.js";
import { differenceText, momentText } from "./format.js";
import { t, term } from "./i18n.js";
import { liveView, readPages } from "./live.js";
import { emptyNotice } from "./notices.js";
import { listDevices } from "./resources.js";
import { table } from "./tables.js";
import { askWhy } from "./why.js";

/** @typedef {import("./resources.js").Device} Device */

const PAGE = 100;
const KINDS = ["loudspeaker", "terminal"];
const STATES = ["new", "enrolled", "revoked"];

/** @type {Record<Device["state"], [tone: string, sign: string]>} */
const LIFECYCLE_LOOKS = { new: ["warn", "○"], enrolled: ["good", "✓"], revoked: ["plain", "×"] };

/** @param {string} labelKey @param {string} prefix @param {string[]} values @param {() => void} onchange */
function filter(labelKey, prefix, values, onchange) {
  const select = el(
    "select",
    { onchange },
    el("option", { value: "", label: () => t("devices.all") }),
    ...values.map((value) => el("option", { value, label: () => t(`${prefix}.${value}`) })),
  );
  return { select, element: el("label", { class: "filter" }, () => t(labelKey), " ", select) };
}

/** The devices and what each last said of itself. */
export function devicesView() {
  let pages = 1;
  const kind = filter("devices.kind", "kind", KINDS, changeFilter);
  const state = filter("devices.state", "lifecycle", STATES, changeFilter);
  const rows = deviceTable();
  const list = el("div", {}, rows.element);
  const docs = el("a", { href: "/api/docs" }, () => t("today.apiDocs"));
  const none = emptyNotice("devices.empty", "devices.emptyHint", docs);
  const noneMatches = emptyNotice("devices.emptyFiltered", "devices.emptyFilteredHint");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));

  const view = liveView({
    title: () => t("devices.title"),
    before: el("div", { class: "filters" }, kind.element, state.element),
    body: el("div", {}, none, noneMatches, list, more),
    load: (signal) => {
      const wanted = { kind: kind.select.value, state: state.select.value, limit: PAGE };
      return readPages((cursor) => listDevices({ ...wanted, cursor }, signal), pages);
    },
    show({ items, nextCursor }) {
      const filtered = kind.select.value !== "" || state.select.value !== "";
      rows.update(items);
      list.hidden = items.length === 0;
      none.hidden = items.length > 0 || filtered;
      noneMatches.hidden = items.length > 0 || !filtered;
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

const unreported = () => el("span", { class: "quiet-text" }, () => t("reported.never"));

/** @param {Device} device */
function onlineCell({ presence }) {
  if (presence === null) return el("span", { class: "quiet-text" }, () => t("online.never"));
  return presence.online
    ? badge("good", "●", () => t("online.yes"))
    : badge("plain", "○", () => t("online.no"));
}

/** @param {Device} device */
function clockCell({ reported }) {
  if (reported === null) return unreported();
  const { trusted, offsetMs } = reported.clock;
  return el(
    "span",
    {},
    trusted ? badge("good", "✓", () => t("clock.trusted")) : badge("bad", "!", () => t("clock.untrusted")),
    el("small", { class: "below" }, () => t("clock.offset", { offset: differenceText(offsetMs) })),
  );
}

/** @param {Device} device */
function cachedCell({ reported }) {
  if (reported === null) return unreported();
  const { ready, total } = reported.cached;
  const text = () => t("cached.ratio", { ready, total });
  return ready >= total ? badge("good", "✓", text) : badge("warn", "○", text);
}

/** @param {Device} device */
function faultsCell({ reported }) {
  if (reported === null || reported.faults.length === 0) return null;
  return el("span", { class: "reason" }, reported.faults.join("; "));
}

function deviceTable() {
  return table({
    caption: () => t("devices.title"),
    columns: [
      "column.device",
      "column.region",
      "column.kind",
      "column.lifecycle",
      "column.online",
      "column.clock",
      "column.cached",
      "column.faults",
    ],
    keyOf: (/** @type {Device} */ { id }) => id,
    cells: (device) => {
      const [tone, sign] = LIFECYCLE_LOOKS[device.state];
      const { reported } = device;
      return [
        el(
          "span",
          {},
          device.name,
          device.software !== null && el("small", { class: "below" }, device.software),
          el("button", { type: "button", class: "quiet", onclick: () => askWhy(device) }, () =>
            t("whyNot.open"),
          ),
        ),
        el("span", { class: "number" }, device.regionCode),
        () => term("kind", device.kind),
        badge(tone, sign, () => term("lifecycle", device.state)),
        onlineCell(device),
        clockCell(device),
        el(
          "span",
          {},
          cachedCell(device),
          reported !== null &&
            el("small", { class: "below" }, () =>
              t("reported.at", { time: momentText(reported.receivedAt) }),
            ),
        ),
        faultsCell(device),
      ];
    },
  });
}
