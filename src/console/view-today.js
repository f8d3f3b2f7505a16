import { serverNow } from "./api.js";
import { stateBadge } from "./badges.js";
import { drawn, el, rewrite, ticking } from "./dom.js";
import { countdownText, dateText, dayOf, longDateText, startOfToday, timeText, ZONE } from "./format.js";
import { t, term } from "./i18n.js";
import { liveView, readPages } from "./live.js";
import { emptyNotice } from "./notices.js";
import {
  listBroadcasts,
  listClockEvents,
  listComplaints,
  listConflicts,
  listEmptyDates,
  registerUrl,
} from "./resources.js";
import { reasonText } from "./server-words.js";
import { table } from "./tables.js";
import {
  drawClockEvents,
  drawComplaints,
  drawConflicts,
  drawEmptyDates,
  recentOf,
} from "./today-warnings.js";

/** @typedef {import("./resources.js").Broadcast} Broadcast */

const DAYS_AHEAD = 40;
const DAY_MS = 86_400_000;
const PAGE = 200;
const COMING = new Set(["planned", "ready", "frozen"]);

/** @param {Broadcast} broadcast */
const linkTo = ({ id, title }) =>
  el("a", { href: `#/broadcasts/${id}` }, title === "" ? () => t("today.untitled") : title);

const toProgrammes = () => el("a", { href: "#/programmes" }, () => t("today.toProgrammes"));

/** What is on air, the next broadcast with a countdown, and the coming 40 days. */
export function todayView() {
  let pages = 1;
  const onAir = el("section", { class: "panel" });
  const next = el("section", { class: "panel" });
  const emptyDates = drawn(el("section"), drawEmptyDates);
  const conflictPart = drawn(el("section"), drawConflicts);
  const complaints = drawn(el("section"), drawComplaints);
  const clockEvents = drawn(el("section"), drawClockEvents);
  const list = el("div");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));
  const nothing = emptyNotice(
    "today.empty",
    "today.emptyHint",
    el("a", { href: "/api/docs" }, () => t("today.apiDocs")),
  );
  const rows = broadcastTable();
  list.append(rows.element);
  const onAirPart = drawn(onAir, drawOnAir);
  const nextPart = drawn(next, drawNext);

  const view = liveView({
    title: () => t("today.title"),
    body: el(
      "div",
      {},
      el(
        "p",
        { class: "day" },
        ticking(() => longDateText(serverNow())),
        " · ",
        () => t("today.zone", { zone: ZONE }),
      ),
      el("div", { class: "panels" }, onAir, next),
      emptyDates.element,
      conflictPart.element,
      complaints.element,
      clockEvents.element,
      el("h2", {}, () => t("today.list")),
      nothing,
      list,
      more,
      registerLinks(),
    ),
    async load(signal) {
      const from = startOfToday();
      const window = {
        from: new Date(from).toISOString(),
        until: new Date(from + DAYS_AHEAD * DAY_MS).toISOString(),
      };
      const [live, coming, empty, conflicts, library, clock] = await Promise.all([
        listBroadcasts({ state: "on_air", limit: 100 }, signal),
        readPages((cursor) => listBroadcasts({ ...window, limit: PAGE, cursor }, signal), pages),
        listEmptyDates(signal),
        listConflicts(signal),
        listComplaints(signal),
        listClockEvents(signal),
      ]);
      return {
        live: live.items,
        coming,
        empty: empty.items,
        conflicts,
        library: library.items,
        clock: clock.items,
      };
    },
    show({ live, coming, empty, conflicts, library, clock }) {
      emptyDates.update(empty);
      conflictPart.update(conflicts);
      complaints.update(library);
      clockEvents.update(recentOf(clock));
      onAirPart.update(live);
      const now = serverNow();
      // A start of a moment ago stays until the server has moved it on.
      nextPart.update(
        coming.items.find(({ state, startAt }) => COMING.has(state) && Date.parse(startAt) > now - 10_000) ??
          null,
      );
      rows.update(coming.items);
      nothing.hidden = coming.items.length > 0;
      list.hidden = coming.items.length === 0;
      more.hidden = coming.nextCursor === null;
    },
  });

  function showMore() {
    pages += 1;
    view.refresh();
  }
  return view;
}

/** The registers of a month, to print or to open in a spreadsheet. */
function registerLinks() {
  const month = el("input", {
    type: "month",
    id: "register-month",
    value: dayOf(serverNow()).slice(0, 7),
    required: true,
    pattern: "[0-9]{4}-(0[1-9]|1[0-2])",
    oninput: () => month.checkValidity() && rewrite(),
  });
  /** @param {"broadcasts" | "approvals"} register @param {"html" | "csv"} format */
  const link = (register, format) =>
    el(
      "a",
      { href: () => registerUrl(register, month.value, format), target: format === "html" ? "_blank" : null },
      () => t(`registers.${format}`),
    );
  /** @param {"broadcasts" | "approvals"} register */
  const line = (register) =>
    el("p", {}, () => t(`registers.${register}`), " ", link(register, "html"), " · ", link(register, "csv"));
  return el(
    "section",
    {},
    el("h2", {}, () => t("registers.title")),
    el(
      "div",
      { class: "filters" },
      el("label", { for: "register-month" }, () => t("registers.month")),
      month,
    ),
    line("broadcasts"),
    line("approvals"),
  );
}

/** @param {Broadcast[]} live @returns {import("./dom.js").Child[]} */
function drawOnAir(live) {
  const title = el("h2", {}, () => t("today.onAir"));
  if (live.length === 0) return [title, el("p", { class: "quiet-text" }, () => t("today.nothingOnAir"))];
  const entries = live.map((broadcast) => {
    const endsAt = broadcast.endsAt === null ? null : Date.parse(broadcast.endsAt);
    return el(
      "li",
      {},
      el(
        "p",
        { class: "panel-what" },
        stateBadge("on_air"),
        " ",
        el("strong", {}, broadcast.programme),
        " ",
        linkTo(broadcast),
      ),
      endsAt !== null &&
        el(
          "p",
          {},
          ticking(() =>
            endsAt > serverNow()
              ? t("today.endsIn", { time: countdownText(endsAt - serverNow()) })
              : t("today.ending"),
          ),
        ),
    );
  });
  return [title, el("ul", { class: "plain-list" }, ...entries)];
}

/** @param {Broadcast | null} next @returns {import("./dom.js").Child[]} */
function drawNext(next) {
  const title = el("h2", {}, () => t("today.next"));
  if (next === null) {
    return [
      title,
      el("p", { class: "quiet-text" }, () => t("today.noNext")),
      el("p", { class: "hint" }, () => t("today.noNextHint")),
    ];
  }
  const startAt = Date.parse(next.startAt);
  const { reason } = next;
  return [
    title,
    el(
      "p",
      { class: "countdown" },
      el("span", { class: "countdown-label" }, () => t("today.startsIn")),
      ticking(() => (startAt > serverNow() ? countdownText(startAt - serverNow()) : t("today.starting")), {
        class: "countdown-time",
        role: "timer",
      }),
    ),
    el("p", {}, () => `${dateText(startAt)} ${timeText(startAt)}`),
    el(
      "p",
      { class: "panel-what" },
      stateBadge(next.state),
      " ",
      el("strong", {}, next.programme),
      " ",
      linkTo(next),
    ),
    next.state === "planned" &&
      el(
        "div",
        { class: "warning" },
        el("p", {}, () => t("today.notReady", { reason: reasonText(reason ?? "") })),
        toProgrammes(),
      ),
  ];
}

function broadcastTable() {
  return table({
    wide: ["column.title", "column.reason"],
    caption: () => t("today.list"),
    columns: [
      "column.date",
      "column.time",
      "column.programme",
      "column.title",
      "column.state",
      "column.reason",
    ],
    keyOf: (/** @type {Broadcast} */ { id }) => id,
    classOf: ({ startAt }) => (dayOf(startAt) === dayOf(serverNow()) ? "today" : ""),
    cells: (broadcast) => {
      const { startAt, programme, state, reason } = broadcast;
      return [
        el(
          "span",
          { class: "date" },
          ticking(() => (dayOf(startAt) === dayOf(serverNow()) ? t("today.dayToday") : dateText(startAt))),
        ),
        el("span", { class: "number" }, timeText(startAt)),
        broadcast.class === "daily"
          ? programme
          : el(
              "span",
              {},
              programme,
              " ",
              el("small", {}, () => term("class", broadcast.class)),
            ),
        linkTo(broadcast),
        stateBadge(state),
        reason === null ? null : () => reasonText(reason),
      ];
    },
  });
}
