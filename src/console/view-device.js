import { may } from "./api.js";
import { deviceLook } from "./device-cells.js";
import { getDevice, getTwin, listMisfits } from "./devices.js";
import { drawn, el, fill } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";
import { liveView } from "./live.js";
import { regionName } from "./resources.js";
import { table } from "./tables.js";
import { askForSettings } from "./twin-dialog.js";
import { fieldText, twinBadge, valueText } from "./twin-words.js";
import { askWhy } from "./why.js";

/** @typedef {import("./devices.js").Twin} Twin */
/** @typedef {import("./devices.js").TwinField} TwinField */
/** @typedef {import("./devices.js").Value} Value */
/** @typedef {{ field: TwinField, desired: Value, reported: Value, since: string | null, isKnown: boolean }} Row */

/** @param {Twin} twin @returns {Row[]} */
function rowsOf({ version, desired, reported, drift }) {
  /** @type {[TwinField, Value, Value][]} */
  const pairs = [
    ["version", version, reported?.version ?? null],
    ["volume", desired.volume, reported?.volume ?? null],
    ["groups", desired.groups, reported?.groups ?? null],
    ["policy", desired.policyVersion, reported?.policyVersion ?? null],
    ["maxKbps", desired.maxKbps, reported?.maxKbps ?? null],
    ["software", desired.software, reported?.software ?? null],
  ];
  return pairs.map(([field, wanted, said]) => ({
    field,
    desired: wanted,
    reported: said,
    since: drift.find((each) => each.field === field)?.since ?? null,
    isKnown: reported !== null,
  }));
}

/** @param {Row} row */
function reportedText({ field, reported, isKnown }) {
  return valueText(field, reported, isKnown && field === "maxKbps" ? "twin.noCap" : "twin.notSaid");
}

/** One device: what it is to be, what it says that it is, and since when the two differ. @param {string} id */
export function deviceView(id) {
  let title = () => t("device.title");
  const facts = drawn(el("div"), drawFacts);
  const halves = table({
    caption: () => t("twin.title"),
    columns: ["column.twinField", "column.desired", "column.reported", "column.drift"],
    keyOf: (/** @type {Row} */ { field }) => field,
    cells: (row) => [
      el("strong", {}, () => fieldText(row.field)),
      () => valueText(row.field, row.desired, row.field === "maxKbps" ? "twin.noCap" : "twin.left"),
      () => reportedText(row),
      row.since === null
        ? null
        : el("span", { class: "reason" }, () => t("twin.since", { time: momentText(row.since ?? "") })),
    ],
  });

  const view = liveView({
    title: () => title(),
    before: el(
      "p",
      { class: "back" },
      el("a", { href: "#/devices" }, () => `← ${t("device.back")}`),
    ),
    body: el(
      "div",
      {},
      facts.element,
      el("h2", {}, () => t("twin.title")),
      halves.element,
      note(),
    ),
    async load(signal) {
      const [device, twin, misfits] = await Promise.all([
        getDevice(id, signal),
        getTwin(id, signal),
        listMisfits({ deviceId: id, limit: 1, cursor: null }, signal),
      ]);
      const region = await regionName(device.regionCode, signal).catch(() => device.regionCode);
      return { device, twin, region, hasMisfits: misfits.items.length > 0 };
    },
    show(data) {
      title = () => data.device.name;
      const heading = document.querySelector("main h1");
      if (heading && heading.textContent !== title()) fill(heading, title);
      document.title = t("title.page", { page: title() });
      facts.update(data);
      halves.update(rowsOf(data.twin));
    },
  });

  /** @param {{ device: import("./resources.js").Device, twin: Twin, region: string, hasMisfits: boolean }} data */
  function drawFacts({ device, twin, region, hasMisfits }) {
    const { changedAt, changedBy, desired } = twin;
    const { faults = [] } = device.reported ?? {};
    return [
      el(
        "dl",
        { class: "facts" },
        fact("column.region", el("span", {}, region, " ", el("small", {}, device.regionCode))),
        fact("column.kind", () => term("kind", device.kind)),
        fact("column.online", deviceLook.online(device)),
        fact("column.clock", deviceLook.clock(device)),
        fact("column.cached", deviceLook.cached(device)),
        fact("twin.tags", () => valueText("tags", desired.tags, "twin.none")),
        fact("twin.channel", desired.softwareChannel ?? (() => t("twin.none"))),
        fact("column.twin", twinBadge(twin.state)),
      ),
      faults.length > 0 && el("p", { class: "reason" }, faults.join("; ")),
      el(
        "p",
        { class: "buttons" },
        may("devices:manage") &&
          device.state !== "revoked" &&
          el(
            "button",
            {
              type: "button",
              class: "primary",
              onclick: () => void askForSettings(device, twin, view.refresh),
            },
            () => t("twin.edit"),
          ),
        el("button", { type: "button", onclick: () => askWhy(device) }, () => t("whyNot.open")),
        hasMisfits && el("a", { href: `#/devices/quarantine/${id}` }, () => t("device.misfits")),
      ),
      changedAt !== null &&
        el("p", { class: "hint" }, () =>
          t("twin.changed", { version: twin.version, name: changedBy ?? "", time: momentText(changedAt) }),
        ),
      twin.reported !== null &&
        el("p", { class: "hint" }, () => t("reported.at", { time: momentText(twin.reported?.at ?? "") })),
      desired.volume !== null &&
        desired.volume > desired.maxVolume &&
        el("p", { class: "hint" }, () => t("twin.capped", { value: desired.maxVolume })),
    ];
  }

  return view;
}

const note = () => el("p", { class: "hint" }, () => t("twin.note"));

/** @param {string} key @param {import("./dom.js").Child} value */
const fact = (key, value) =>
  el(
    "div",
    {},
    el("dt", {}, () => t(key)),
    el("dd", {}, value),
  );
