import { asProblem, serverNow } from "./api.js";
import { el, fill } from "./dom.js";
import { secondsText } from "./format.js";
import { t } from "./i18n.js";
import { loadingNotice, problemNotice } from "./notices.js";

/** Pages that refresh by themselves, and say so when they can't. */

export const REFRESH_MS = 5000;
const seconds = REFRESH_MS / 1000;

/** Codes that mean "not now": what is on the screen stays, marked as not live. */
const PASSING = new Set(["offline", "timeout", "unavailable", "too_many", "internal"]);

/** @type {() => void} */
let refreshNow = () => {};
/** @type {string | null} */
let lost = null;
/** @type {number | null} */
let knownAt = null;

export const notLive = el("div", { class: "not-live", role: "status", "aria-live": "polite", hidden: true });

/** @param {string | null} code why it is not live, or `null` when it is */
function showLost(code) {
  if (code === lost) return;
  lost = code;
  notLive.hidden = code === null;
  if (code === null) return fill(notLive);
  const at = knownAt;
  fill(
    notLive,
    el("strong", {}, () => t("live.lost", { why: t(`problem.${code}`) })),
    " ",
    at === null
      ? () => t("live.never", { seconds })
      : () => t("live.lostSince", { time: secondsText(at), seconds }),
    " ",
    el("button", { type: "button", onclick: () => refreshNow() }, () => t("live.retry")),
  );
}

/** @param {number} ms @param {AbortSignal} signal */
function pause(ms, signal) {
  return /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        document.removeEventListener("visibilitychange", whenSeen);
        signal.removeEventListener("abort", done);
        resolve();
      };
      // A page in the background need not ask; it asks at once when it is looked at again.
      const whenSeen = () => void (document.hidden || done());
      const timer = setTimeout(() => void (document.hidden || done()), ms);
      document.addEventListener("visibilitychange", whenSeen);
      signal.addEventListener("abort", done);
      refreshNow = done;
    })
  );
}

/**
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {() => string} title
 * @property {() => void} close
 * @property {() => void} refresh asks the server again at once
 */

/**
 * A view that loads, shows, and loads again every few seconds until it is closed.
 * @template T
 * @param {object} options
 * @param {() => string} options.title
 * @param {(signal: AbortSignal) => Promise<T>} options.load
 * @param {(data: T) => void} options.show
 * @param {HTMLElement} options.body what `show` fills; hidden until there is something
 * @param {HTMLElement} [options.before] shown from the beginning, e.g. a filter
 * @returns {View}
 */
export function liveView({ title, load, show, body, before }) {
  const closing = new AbortController();
  const notice = el("div", {}, loadingNotice());
  body.hidden = true;
  const element = el("section", { class: "view" }, ...(before ? [before] : []), notice, body);
  /** @type {AbortController} */
  let round = new AbortController();

  async function once() {
    round = new AbortController();
    const { signal } = round;
    try {
      const data = await load(signal);
      if (signal.aborted) return;
      knownAt = serverNow();
      showLost(null);
      fill(notice);
      body.hidden = false;
      show(data);
    } catch (error) {
      if (signal.aborted) return;
      const problem = asProblem(error);
      showLost(PASSING.has(problem.code) ? problem.code : null);
      if (body.hidden || !PASSING.has(problem.code))
        fill(notice, problemNotice(problem, { retry: () => refreshNow() }));
    }
  }

  async function run() {
    while (!closing.signal.aborted) {
      await once();
      if (!round.signal.aborted) await pause(REFRESH_MS, closing.signal);
    }
  }
  void run();

  return {
    element,
    title,
    close() {
      closing.abort();
      round.abort();
    },
    refresh() {
      round.abort();
      refreshNow();
    },
  };
}

/**
 * As many pages of a list as were asked for, read anew from the beginning: what changed on page one shows, too.
 * @template T
 * @param {(cursor: string | null) => Promise<import("./resources.js").Page<T>>} readPage
 * @param {number} pages
 * @returns {Promise<import("./resources.js").Page<T>>}
 */
export async function readPages(readPage, pages) {
  /** @type {T[]} */
  const items = [];
  /** @type {string | null} */
  let nextCursor = null;
  for (let page = 0; page < pages; page += 1) {
    const answer = await readPage(nextCursor);
    items.push(...answer.items);
    nextCursor = answer.nextCursor;
    if (nextCursor === null) break;
  }
  return { items, nextCursor };
}
