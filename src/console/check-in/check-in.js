import { el, fill } from "../dom.js";
import { LOCALE, say } from "./words.js";

/**
 * The page on which people in a room check in and, after the class, say what they thought. The address says which class and
 * which room, behind its #: that part is sent to nobody but the server's API.
 */

/** @typedef {{ state: "early" | "open" | "closed", from: string, until: string }} Door */
/** @typedef {{ programme: string, title: string, startAt: string, zone: string, regionName: string, keepDays: number, checkIn: Door, feedback: Door }} Site */

const ANSWER_WITHIN_MS = 15_000;
/** Not all phones of a room ask again in the same second. */
const SPREAD_MS = 20_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;
const RATINGS = [1, 2, 3, 4, 5];

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const token = () => location.hash.slice(1);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let nextLook;

/** Something to be told in the words of `key`. */
class Trouble extends Error {
  /** @param {string} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/** @type {Record<number, string>} */
const TROUBLE = { 404: "unknownAddress", 422: "notAccepted", 429: "tooMany" };

/**
 * @param {string} path
 * @param {object} [more]
 * @returns {Promise<Response>}
 */
async function post(path, more = {}) {
  const answer = await fetch(`/api/v1/check-ins${path}`, {
    method: "POST",
    credentials: "omit",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: token(), ...more }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch(() => {
    throw new Trouble("offline");
  });
  if (!answer.ok) throw new Trouble(TROUBLE[answer.status] ?? "failed");
  return answer;
}

/** @param {unknown} error */
const keyOf = (error) => (error instanceof Trouble ? error.key : "failed");

/** @param {string} instant @param {string} zone */
const timeText = (instant, zone) =>
  new Intl.DateTimeFormat(LOCALE, { timeZone: zone, dateStyle: "medium", timeStyle: "short" }).format(
    new Date(instant),
  );

/** What stands there until something is known. @param {...import("../dom.js").Child} children */
const alone = (...children) => fill(page, el("h1", {}, say("title")), ...children);

async function open() {
  clearTimeout(nextLook);
  try {
    const answer = await post("/look");
    const site = /** @type {Site} */ (await answer.json());
    show(site);
    lookAgain(site, Date.parse(answer.headers.get("date") ?? "") || Date.now());
  } catch (error) {
    shown = undefined;
    const key = keyOf(error);
    alone(
      el("p", { class: "problem", role: "alert" }, say(key)),
      key !== "unknownAddress" && el("button", { type: "button", onclick: open }, say("tryAgain")),
    );
  }
}

/** When a door opens. By the server's clock: a phone's may be wrong. @param {Site} site @param {number} now */
function lookAgain({ checkIn, feedback }, now) {
  const waits = [checkIn, feedback]
    .filter(({ state }) => state === "early")
    .map(({ from }) => Date.parse(from) - now)
    .filter((ms) => ms > 0 && ms < LONGEST_WAIT_MS);
  if (waits.length > 0)
    nextLook = setTimeout(() => void open(), Math.min(...waits) + 1_000 + Math.random() * SPREAD_MS);
}

/** The sections that are open stay as they are, with what is being typed. @type {Map<string, HTMLElement>} */
const kept = new Map();

/** @param {string} name @param {Door} door @param {() => HTMLElement} form @param {string} zone */
function section(name, { state, from }, form, zone) {
  if (state !== "open") kept.delete(name);
  else if (!kept.has(name)) kept.set(name, form());
  const content = kept.get(name) ?? el("p", {}, say(`${name}.${state}`, { at: timeText(from, zone) }));
  return el(
    "section",
    { "aria-labelledby": `${name}-title` },
    el("h2", { id: `${name}-title` }, say(name)),
    content,
  );
}

/** @type {string | undefined} */
let shown;

/** Draws it only when something has changed, and leaves the focus with whoever is typing. @param {Site} site */
function show(site) {
  const print = JSON.stringify(site);
  if (print === shown) return;
  shown = print;
  const focused = document.activeElement;
  const { programme, title, startAt, zone, regionName, checkIn, feedback } = site;
  document.title = `${say("title")} · ${programme}`;
  fill(
    page,
    el("p", { class: "of" }, programme),
    el("h1", {}, title),
    el("p", {}, say("startsAt", { at: timeText(startAt, zone) })),
    el("p", {}, say("site", { site: regionName })),
    section("checkIn", checkIn, () => checkInForm(site), zone),
    section("feedback", feedback, feedbackForm, zone),
  );
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
}

/**
 * A form that is sent by a button, and says what became of it.
 * @param {string} sends the button's words
 * @param {import("../dom.js").Child[]} fields
 * @param {(told: HTMLElement) => Promise<void>} submit
 */
function form(sends, fields, submit) {
  const told = el("div", { "aria-live": "polite" });
  const button = el("button", { type: "submit" }, say(sends));
  /** @param {Event} event */
  async function onsubmit(event) {
    event.preventDefault();
    button.disabled = true;
    fill(button, say("sending"));
    fill(told);
    try {
      await submit(told);
    } catch (error) {
      const key = keyOf(error);
      fill(told, el("p", { class: "problem" }, say(key)));
      // It has opened or closed since, or is not in force: the page says so.
      if (key === "failed" || key === "unknownAddress") void open();
    } finally {
      button.disabled = false;
      fill(button, say(sends));
    }
  }
  return el("form", { onsubmit }, ...fields, button, told);
}

/** @param {Site} site */
function checkInForm({ regionName, keepDays }) {
  const name = el("input", { id: "name", required: true, maxlength: 40, autocomplete: "name" });
  const branch = el("input", {
    id: "branch",
    required: true,
    maxlength: 80,
    autocomplete: "off",
    value: say("branchOf", { site: regionName }),
  });
  return form(
    "send",
    [
      el("label", {}, el("span", {}, say("name")), name),
      el("label", {}, el("span", {}, say("branch")), branch),
      el("p", { class: "hint" }, say("keeps", { days: keepDays })),
    ],
    async (told) => {
      await post("", { name: name.value, branch: branch.value });
      fill(
        told,
        el("p", { class: "done" }, say("checkedIn", { name: name.value.trim() })),
        el("p", { class: "hint" }, say("another")),
      );
      name.value = "";
    },
  );
}

function feedbackForm() {
  const marks = RATINGS.map((mark) =>
    el(
      "label",
      {},
      el("input", { type: "radio", name: "rating", value: mark, required: true }),
      el("b", {}, mark),
    ),
  );
  // Sent again after a cut, it is the same feedback and no second one.
  const key = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const wish = el("textarea", { id: "wish", rows: 4, maxlength: 500 });
  const whole = form(
    "sendFeedback",
    [
      el("fieldset", {}, el("legend", {}, say("rating")), el("div", { class: "marks" }, ...marks)),
      el(
        "p",
        { class: "hint ends", "aria-hidden": "true" },
        el("span", {}, say("rating.least")),
        el("span", {}, say("rating.most")),
      ),
      el("label", {}, el("span", {}, say("wish")), wish),
      el("p", { class: "hint" }, say("anonymous")),
    ],
    async () => {
      const rating = Number(new FormData(whole).get("rating"));
      await post("/feedback", { key, rating, wish: wish.value });
      const thanks = el("p", { class: "done", role: "status", tabindex: "-1" }, say("thanks"));
      kept.set("feedback", thanks);
      whole.replaceWith(thanks);
      thanks.focus();
    },
  );
  return whole;
}

document.documentElement.lang = LOCALE;
alone(el("p", {}, say("loading")));
void open();
// A phone that slept, or went on to another code.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void open());
addEventListener("hashchange", () => {
  kept.clear();
  void open();
});
