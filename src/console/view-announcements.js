import { announcementForm } from "./announcement-form.js";
import { announcementList } from "./announcement-list.js";
import { capImport } from "./cap-import.js";
import { el } from "./dom.js";
import { emergencyForm } from "./emergency-form.js";
import { emergencyList } from "./emergency-list.js";
import { t } from "./i18n.js";
import { listAnnouncements, listEmergencies } from "./interrupts.js";
import { liveView, readPages } from "./live.js";
import { emptyNotice } from "./notices.js";
import { getBroadcast, regionName } from "./resources.js";

/** @typedef {import("./interrupts.js").Announcement} Announcement */
/** @typedef {import("./resources.js").Proof} Proof */
/** @typedef {import("./live.js").View} View */

const PAGE = 10;
const REGIONS_NAMED = 6;
const PROVED = new Set(["frozen", "on_air", "aired", "failed"]);
/** Records still come in for a while after the end. */
const SETTLED_MS = 3_600_000;

/** What is being written or spoken outlives its page, but not the sign-in. @type {{ announcement: Draft, emergency: Draft } | null} */
let drafts = null;
/** @typedef {{ element: HTMLElement, pause: () => void, close: () => void }} Draft */
/** Asks the page that is open for what is new. */
let refresh = () => {};

function openDrafts() {
  drafts ??= {
    announcement: announcementForm(() => refresh()),
    emergency: emergencyForm(() => refresh()),
  };
  return drafts;
}

export function forgetDrafts() {
  drafts?.announcement.close();
  drafts?.emergency.close();
  drafts = null;
}

/** @param {boolean} ofEmergencies */
function tabs(ofEmergencies) {
  const link = (/** @type {string} */ href, /** @type {string} */ key, /** @type {boolean} */ isHere) =>
    el("a", { href, "aria-current": isHere ? "page" : null }, () => t(key));
  return el(
    "nav",
    { class: "tabs", "aria-label": () => t("announcements.tabs") },
    link("#/announcements", "announcements.tab", !ofEmergencies),
    link("#/announcements/emergencies", "emergencies.title", ofEmergencies),
  );
}

/** @param {string} key @param {Element} content @param {boolean} isOpen */
const folded = (key, content, isOpen) =>
  el(
    "details",
    { class: "card new", open: isOpen },
    el("summary", {}, () => `＋ ${t(key)}`),
    content,
  );

/** The names of the first regions. @param {string[]} codes @param {AbortSignal} signal */
const namesOf = (codes, signal) =>
  // A name is a kindness; the code says the same when it can't be read.
  Promise.all(codes.slice(0, REGIONS_NAMED).map((code) => regionName(code, signal).catch(() => code)));

/** @type {Map<string, Proof>} */
const settledProofs = new Map();

/** @param {Announcement} announcement @param {AbortSignal} signal @returns {Promise<Proof | null>} */
async function proofOf({ id, broadcast: { state, endsAt } }, signal) {
  if (!PROVED.has(state)) return null;
  const known = settledProofs.get(id);
  if (known) return known;
  const { proof } = await getBroadcast(id, { limit: 1, cursor: null }, signal);
  if (endsAt !== null && Date.now() - Date.parse(endsAt) > SETTLED_MS) settledProofs.set(id, proof);
  return proof;
}

/** Announcements and drills: a new one, and what became of the others. @returns {View} */
export function announcementsView() {
  const { announcement: form } = openDrafts();
  let pages = 1;
  const list = announcementList(() => view.refresh());
  const nothing = emptyNotice("announcements.empty", "announcements.emptyHint");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));
  const view = liveView({
    title: () => t("announcements.title"),
    before: el("div", {}, tabs(false), folded("announcements.new", form.element, true)),
    body: el(
      "div",
      {},
      el("h2", {}, () => t("announcements.list")),
      nothing,
      list.element,
      more,
    ),
    async load(signal) {
      const { items, nextCursor } = await readPages(
        (cursor) => listAnnouncements({ limit: PAGE, cursor }, signal),
        pages,
      );
      const shown = await Promise.all(
        items.map(async (announcement) => ({
          announcement,
          regions: await namesOf(announcement.broadcast.targets.regions, signal),
          proof: await proofOf(announcement, signal),
        })),
      );
      return { shown, nextCursor };
    },
    show({ shown, nextCursor }) {
      list.update(shown);
      nothing.hidden = shown.length > 0;
      more.hidden = nextCursor === null;
    },
  });
  function showMore() {
    pages += 1;
    view.refresh();
  }
  return pausing(view, form);
}

/** Emergencies: propose, confirm, stop, import. @returns {View} */
export function emergenciesView() {
  const { emergency: form } = openDrafts();
  let pages = 1;
  const list = emergencyList(() => view.refresh());
  const nothing = emptyNotice("emergencies.empty", "emergencies.emptyHint");
  const more = el("button", { type: "button", hidden: true, onclick: showMore }, () => t("list.more"));
  const view = liveView({
    title: () => t("emergencies.title"),
    before: el(
      "div",
      {},
      tabs(true),
      el("p", { class: "hint" }, () => t("emergencies.how")),
    ),
    body: el(
      "div",
      {},
      list.open,
      folded("emergencies.new", form.element, false),
      folded(
        "cap.title",
        capImport(() => view.refresh()),
        false,
      ),
      el("h2", {}, () => t("emergencies.list")),
      nothing,
      list.past,
      more,
    ),
    async load(signal) {
      const { items, nextCursor } = await readPages(
        (cursor) => listEmergencies({ limit: PAGE, cursor }, signal),
        pages,
      );
      const shown = await Promise.all(
        items.map(async (emergency) => ({ emergency, regions: await namesOf(emergency.areas, signal) })),
      );
      return { shown, nextCursor };
    },
    show({ shown, nextCursor }) {
      list.update(shown);
      nothing.hidden = list.past.childElementCount > 0;
      more.hidden = nextCursor === null;
    },
  });
  function showMore() {
    pages += 1;
    view.refresh();
  }
  return pausing(view, form);
}

/** @param {View} view @param {Draft} form @returns {View} */
function pausing(view, form) {
  refresh = view.refresh;
  return {
    ...view,
    close() {
      form.pause();
      view.close();
    },
  };
}
