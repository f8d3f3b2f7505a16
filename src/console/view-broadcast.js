import { gradeBadge, stateBadge } from "./badges.js";
import { openCorrection } from "./correction.js";
import { drawn, el, fill } from "./dom.js";
import { dateText, differenceText, momentText, secondsText, timeText } from "./format.js";
import { t, term } from "./i18n.js";
import { liveView } from "./live.js";
import { emptyNotice } from "./notices.js";
import { proofBar } from "./proof-bar.js";
import { getBroadcast, getContent, regionName } from "./resources.js";
import { endingText, reasonText } from "./server-words.js";
import { askToStopOne } from "./stop.js";
import { table } from "./tables.js";

/** @typedef {import("./resources.js").BroadcastDetail} BroadcastDetail */
/** @typedef {import("./resources.js").DeviceProof} DeviceProof */
/** @typedef {import("./dom.js").Child} Child */

const PAGE = 50;
const REGIONS_NAMED = 12;
const STOPPABLE = new Set(["planned", "ready", "frozen", "on_air"]);

/** One broadcast: what it is, and the proof of what became of it. @param {string} id */
export function broadcastView(id) {
  /** The cursors of the pages up to the one shown; `null` begins the first. @type {(string | null)[]} */
  const cursors = [null];
  /** @type {string | null} */
  let nextCursor = null;

  const facts = drawn(el("div"), drawFacts);
  const basis = drawn(el("div"), drawBasis);
  const bar = proofBar();
  const lateness = drawn(el("div"), drawLateness);
  const devices = deviceTable();
  const noDevices = emptyNotice(
    "proof.none",
    "proof.noneHint",
    el("a", { href: "#/devices" }, () => t("nav.devices")),
  );
  const page = el("span", { class: "number" });
  const previous = el("button", { type: "button", onclick: () => turn(-1) }, () => t("list.previous"));
  const next = el("button", { type: "button", onclick: () => turn(1) }, () => t("list.next"));
  const pager = el("nav", { class: "pager", "aria-label": () => t("proof.devices") }, previous, page, next);
  const measured = el(
    "div",
    {},
    bar.element,
    el("h3", {}, () => t("proof.lateness")),
    lateness.element,
    el("h2", {}, () => t("proof.devices")),
    devices.element,
    pager,
  );
  let title = () => t("broadcast.title");

  const view = liveView({
    title: () => title(),
    before: el(
      "p",
      { class: "back" },
      el("a", { href: "#/today" }, () => `← ${t("broadcast.back")}`),
    ),
    body: el(
      "div",
      {},
      facts.element,
      el("h2", {}, () => t("proof.title")),
      basis.element,
      noDevices,
      measured,
    ),
    async load(signal) {
      const broadcast = await getBroadcast(id, { limit: PAGE, cursor: cursors.at(-1) ?? null }, signal);
      const codes = broadcast.targets.regions.slice(0, REGIONS_NAMED);
      // A name is a kindness; the code says the same when it can't be read.
      const regions = await Promise.all(codes.map((code) => regionName(code, signal).catch(() => code)));
      return {
        broadcast,
        regions: [...regions, ...(broadcast.targets.regions.length > codes.length ? ["…"] : [])],
      };
    },
    show({ broadcast, regions }) {
      title = () => [broadcast.programme, broadcast.title].filter(Boolean).join(" ");
      const heading = document.querySelector("main h1");
      if (heading && heading.textContent !== title()) fill(heading, title);
      document.title = t("title.page", { page: title() });
      const { proof, devices: rows, ...rest } = broadcast;
      facts.update({
        broadcast: rest,
        regions,
        wasHeard: proof.atLeast.started > 0,
        stopped: view.refresh,
      });
      basis.update({ devices: proof.devices, state: broadcast.state });
      bar.update(proof);
      lateness.update(proof.startLatenessMs);
      devices.update(rows.items);
      noDevices.hidden = proof.devices > 0;
      measured.hidden = proof.devices === 0;
      nextCursor = rows.nextCursor;
      fill(page, () => t("list.page", { page: cursors.length }));
      previous.disabled = cursors.length === 1;
      next.disabled = nextCursor === null;
      pager.hidden = cursors.length === 1 && nextCursor === null;
    },
  });

  /** @param {1 | -1} step */
  function turn(step) {
    if (step === -1) cursors.pop();
    else if (nextCursor !== null) cursors.push(nextCursor);
    view.refresh();
  }
  return view;
}

/** @param {string} key @param {Child} value */
const fact = (key, value) =>
  el(
    "div",
    {},
    el("dt", {}, () => t(key)),
    el("dd", {}, value),
  );

/**
 * @param {{ broadcast: import("./resources.js").Broadcast, regions: string[], wasHeard: boolean, stopped: () => void }} shown
 * @returns {Child[]}
 */
function drawFacts({ broadcast, regions, wasHeard, stopped }) {
  const { startAt, endsAt, notAfter, state, reason, targets, volume, content } = broadcast;
  return [
    el(
      "p",
      { class: "panel-what" },
      stateBadge(state),
      reason !== null && el("span", { class: "reason" }, () => reasonText(reason)),
    ),
    el(
      "dl",
      { class: "facts" },
      fact("broadcast.start", () => `${dateText(startAt)} ${timeText(startAt)}`),
      fact("broadcast.end", endsAt === null ? "—" : () => momentText(endsAt)),
      fact("broadcast.notAfter", () => momentText(notAfter)),
      fact("broadcast.targets", () => regions.join(t("list.comma"))),
      fact("broadcast.kinds", () => targets.kinds.map((kind) => term("kind", kind)).join(" · ")),
      fact("broadcast.class", () => term("class", broadcast.class)),
      fact("broadcast.lateness", () => term("lateness", broadcast.lateness)),
      fact("broadcast.offline", () => term("offline", broadcast.offline)),
      volume !== null && fact("broadcast.volume", `${volume}%`),
    ),
    el(
      "div",
      { class: "buttons" },
      content !== null &&
        (content.kind === "episode" || content.kind === "session") &&
        el("button", { type: "button", onclick: () => void showContent(content) }, () =>
          t("broadcast.toContent"),
        ),
      wasHeard &&
        el("button", { type: "button", onclick: () => openCorrection(broadcast.id) }, () =>
          t("correction.open"),
        ),
      STOPPABLE.has(state) &&
        el(
          "button",
          { type: "button", class: "danger", onclick: () => askToStopOne(broadcast, stopped) },
          () => t("stopOne.button"),
        ),
    ),
  ];
}

/** @param {import("./resources.js").ContentRef} content */
async function showContent(content) {
  const programmeId = await getContent(content).then(
    (found) => found.programmeId,
    () => "",
  );
  location.hash = `#/programmes/${programmeId}`;
}

/** @param {{ devices: number, state: string }} shown @returns {Child[]} */
function drawBasis({ devices, state }) {
  const early = state === "planned" || state === "ready";
  return [
    devices > 0 && el("p", { class: "hint" }, () => t("proof.basis", { devices })),
    early && el("p", { class: "hint" }, () => t("proof.before")),
  ];
}

/** @param {import("./resources.js").Proof["startLatenessMs"]} lateness @returns {Child[]} */
function drawLateness(lateness) {
  if (lateness === null) return [el("p", { class: "quiet-text" }, () => t("proof.noLateness"))];
  const { p50, p99, max } = lateness;
  return [
    el(
      "dl",
      { class: "facts numbers" },
      fact("proof.median", () => differenceText(p50)),
      fact("proof.p99", () => differenceText(p99)),
      fact("proof.max", () => differenceText(max)),
    ),
    el("p", { class: "hint" }, () => t("proof.latenessNote")),
  ];
}

function deviceTable() {
  return table({
    wide: ["column.device", "column.reason"],
    caption: () => t("proof.devices"),
    columns: [
      "column.device",
      "column.region",
      "column.online",
      "column.grade",
      "column.startedAt",
      "column.lateness",
      "column.reason",
    ],
    keyOf: (/** @type {DeviceProof} */ { deviceId }) => deviceId,
    cells: ({ name, regionName: region, regionCode, kind, online, grade, startedAt, latenessMs, reason }) => [
      el(
        "span",
        {},
        name,
        " ",
        el("small", {}, () => term("kind", kind)),
      ),
      el("span", { title: regionCode }, region),
      () => t(online ? "online.yes" : "online.no"),
      gradeBadge(grade),
      startedAt === null ? null : el("span", { class: "number" }, () => secondsText(startedAt)),
      latenessMs === null ? null : el("span", { class: "number" }, () => differenceText(latenessMs)),
      reason === null ? null : () => endingText(reason),
    ],
  });
}
