import { may } from "./api.js";
import { badge } from "./badges.js";
import { deviceLook } from "./device-cells.js";
import { deviceLink, deviceTabs } from "./device-tabs.js";
import { el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";
import { liveView, readPages } from "./live.js";
import { askToChangeMany } from "./many-devices-dialog.js";
import { emptyNotice } from "./notices.js";
import { listDevices } from "./resources.js";
import { table } from "./tables.js";
import { twinCell } from "./twin-words.js";
import { askWhy } from "./why.js";

/** @typedef {import("./resources.js").Device} Device */

const PAGE = 100;
const KINDS = ["loudspeaker", "terminal"];
const STATES = ["new", "enrolled", "revoked"];
const TWIN_STATES = ["agrees", "differs", "unknown"];

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
  /** What was ticked, with the version that was on the page then. @type {Map<string, number>} */
  const chosen = new Map();
  const kind = filter("devices.kind", "kind", KINDS, changeFilter);
  const state = filter("devices.state", "lifecycle", STATES, changeFilter);
  const twin = filter("devices.twin", "twinState", TWIN_STATES, changeFilter);
  const rows = deviceTable(may("devices:manage") ? { chosen, changed: showChosen } : null);
  const list = el("div", {}, rows.element);
  const docs = el("a", { href: "/api/docs" }, () => t("today.apiDocs"));
  const none = emptyNotice("devices.empty", "devices.emptyHint", docs);
  const noneMatches = emptyNotice("devices.emptyFiltered", "devices.emptyFilteredHint");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));
  const many = el("button", { type: "button", onclick: changeMany, hidden: !may("devices:manage") });
  showChosen();

  const view = liveView({
    title: () => t("devices.title"),
    before: el(
      "div",
      {},
      deviceTabs(""),
      el("div", { class: "filters" }, kind.element, state.element, twin.element, many),
    ),
    body: el("div", {}, none, noneMatches, list, more),
    load: (signal) => {
      const wanted = {
        kind: kind.select.value,
        state: state.select.value,
        twin: twin.select.value,
        limit: PAGE,
      };
      return readPages((cursor) => listDevices({ ...wanted, cursor }, signal), pages);
    },
    show({ items, nextCursor }) {
      const filtered = [kind, state, twin].some(({ select }) => select.value !== "");
      rows.update(items);
      list.hidden = items.length === 0;
      none.hidden = items.length > 0 || filtered;
      noneMatches.hidden = items.length > 0 || !filtered;
      more.hidden = nextCursor === null;
    },
  });

  function showChosen() {
    const count = chosen.size;
    fill(many, () => (count === 0 ? t("many.openAreas") : t("many.openChosen", { count })));
  }
  function changeMany() {
    const devices = [...chosen].map(([id, version]) => ({ id, version }));
    void askToChangeMany(devices, () => {
      chosen.clear();
      for (const box of list.querySelectorAll("input")) box.checked = false;
      showChosen();
      view.refresh();
    });
  }
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

/** @param {Device} device */
function faultsCell({ reported }) {
  if (reported === null || reported.faults.length === 0) return null;
  return el("span", { class: "reason" }, reported.faults.join("; "));
}

/** @param {Device} device @param {{ chosen: Map<string, number>, changed: () => void } | null} choice */
function box({ id, name, state, twin }, choice) {
  if (!choice || state === "revoked") return null;
  const { chosen, changed } = choice;
  return el("input", {
    type: "checkbox",
    checked: chosen.has(id),
    "aria-label": () => t("many.choose", { name }),
    onchange: (/** @type {Event & { target: HTMLInputElement }} */ { target }) => {
      if (target.checked) chosen.set(id, twin.version);
      else chosen.delete(id);
      changed();
    },
  });
}

/** @param {{ chosen: Map<string, number>, changed: () => void } | null} choice `null` for who may change nothing */
function deviceTable(choice) {
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
      "column.twin",
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
          box(device, choice),
          " ",
          deviceLink(device.id, device.name),
          device.software !== null && el("small", { class: "below" }, device.software),
          el("button", { type: "button", class: "quiet", onclick: () => askWhy(device) }, () =>
            t("whyNot.open"),
          ),
        ),
        el("span", { class: "number" }, device.regionCode),
        () => term("kind", device.kind),
        badge(tone, sign, () => term("lifecycle", device.state)),
        deviceLook.online(device),
        deviceLook.clock(device),
        el(
          "span",
          {},
          deviceLook.cached(device),
          reported !== null &&
            el("small", { class: "below" }, () =>
              t("reported.at", { time: momentText(reported.receivedAt) }),
            ),
        ),
        twinCell(device.twin),
        faultsCell(device),
      ];
    },
  });
}
