import {
  asProblem,
  may,
  missingSecondFactor,
  onMe,
  onSignInNeeded,
  serverNow,
  signOut,
  whoAmI,
} from "./api.js";
import { devicePlace } from "./device-places.js";
import { el, fill, rewrite, ticking } from "./dom.js";
import { emergencyBars, lookForEmergencies, stopWatching, watchEmergencies } from "./emergency-bar.js";
import { secondsText, useZone, ZONE } from "./format.js";
import { locale, onLanguageChange, t } from "./i18n.js";
import { acceptInvitation, invitationInAddress } from "./invitation.js";
import { notLive, REFRESH_MS } from "./live.js";
import { announce, emptyNotice, loadingNotice, problemNotice } from "./notices.js";
import { leaveTheAir, onAirBar } from "./on-air.js";
import { comeBack, providerAnswer } from "./provider-sign-in.js";
import { countyPolicy } from "./resources.js";
import { askToUseFactor } from "./second-factor.js";
import { askForSignIn, languageButton } from "./sign-in.js";
import { askToStopEverything } from "./stop.js";
import { accountView } from "./view-account.js";
import { announcementsView, emergenciesView, forgetDrafts } from "./view-announcements.js";
import { broadcastView } from "./view-broadcast.js";
import { peopleView } from "./view-people.js";
import { programmesView } from "./view-programmes.js";
import { reviewDeskView, reviewQueueView } from "./view-review.js";
import { todayView } from "./view-today.js";

/** The frame around the views: who is signed in, where we are, the header with 停播. */

/** @typedef {import("./live.js").View} View */

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const heading = el("h1", { tabindex: "-1" });
const main = el("main", { id: "content" });
const userName = el("span", { class: "user" });

/** @type {View | null} */
let view = null;
let signedIn = false;

const PLACES = [
  { hash: "#/today", key: "nav.today" },
  { hash: "#/review", key: "nav.review", see: "content:sign" },
  {
    hash: "#/programmes",
    key: "nav.programmes",
    change: ["content:edit", "content:sign"],
    roles: ["editor"],
  },
  {
    hash: "#/announcements",
    key: "nav.announcements",
    change: ["announcements:air", "emergencies:propose"],
    roles: ["administrator", "scheduler", "town-admin"],
  },
  { hash: "#/devices", key: "nav.devices" },
  { hash: "#/people", key: "nav.people", see: "people:read" },
];

/** @returns {View} */
function viewOf(/** @type {string} */ hash) {
  const [place = "today", id, more] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (place === "broadcasts" && id) return broadcastView(id);
  if (place === "programmes") return programmesView(id ?? null);
  if (place === "review" && (id === "episodes" || id === "sessions") && more) return reviewDeskView(id, more);
  if (place === "review") return reviewQueueView();
  if (place === "announcements") return id === "emergencies" ? emergenciesView() : announcementsView();
  if (place === "devices") return devicePlace(id, more);
  if (place === "people") return peopleView();
  if (place === "account") return accountView();
  if (place === "today" || place === "") return todayView();
  return {
    element: el("section", { class: "view" }, emptyNotice("notFound.title", "notFound.hint")),
    title: () => t("notFound.title"),
    close: () => {},
    refresh: () => {},
  };
}

const links = PLACES.map(({ hash, key }) => el("a", { href: hash }, () => t(key)));

/** @param {{ focus: boolean }} options */
function go({ focus }) {
  const { hash } = location;
  view?.close();
  view = viewOf(hash || "#/today");
  const here = hash.startsWith("#/broadcasts/") || hash === "" ? "#/today" : hash;
  for (const link of links) {
    if (here.startsWith(link.hash)) {
      link.setAttribute("aria-current", "page");
      // On a telephone not all of them fit beside each other.
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  fill(heading, () => view?.title() ?? "");
  fill(main, heading, factorWarning, codeWarning, readOnlyNote(here), view.element);
  // What was drawn before, as a draft, may be in another language.
  rewrite();
  writeTitle();
  if (focus) {
    scrollTo(0, 0);
    heading.focus();
  }
}

/** Says before it is needed in a hurry that something is missing for it. */
const factorWarning = el(
  "p",
  { class: "warning" },
  () => t("factor.wanted"),
  " ",
  el("a", { href: "#/account" }, () => t("factor.setUpNow")),
);
const codeWarning = el(
  "p",
  { class: "warning" },
  () => t("factor.codeWanted"),
  " ",
  el("button", { type: "button", class: "quiet", onclick: () => askToUseFactor(() => view?.refresh()) }, () =>
    t("factor.use"),
  ),
);

/** @param {string} here */
function readOnlyNote(here) {
  const { change, roles = [] } = PLACES.find(({ hash }) => here.startsWith(hash)) ?? {};
  const isReadOnly = change !== undefined && !change.some(may);
  main.classList.toggle("read-only", isReadOnly);
  if (!isReadOnly) return null;
  const names = () => roles.map((role) => t(`role.${role}`)).join(t("list.comma"));
  return el("p", { class: "hint" }, () => t("readOnly.note", { roles: names() }));
}

/** Takes away what the roles do not include; where it is called by its address, it says so. */
function fitToRoles() {
  for (const [index, { see }] of PLACES.entries()) {
    const link = links[index];
    if (link) link.hidden = see !== undefined && !may(see);
  }
  stopButton.hidden = !may("everything:stop");
  factorWarning.hidden = missingSecondFactor() !== "set-up";
  codeWarning.hidden = missingSecondFactor() !== "code";
}

function writeTitle() {
  document.documentElement.lang = locale();
  document.title = view ? t("title.page", { page: view.title() }) : t("brand.name");
}

/** @param {import("./api.js").User} user */
function nameUser({ name }) {
  fill(userName, () => t("account.of", { name }));
}

async function leave() {
  leaveTheAir();
  try {
    await signOut();
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    // An expired sign-in is as good as a sign-out, and its form is open already.
    if (code !== "unauthorized") return announce(() => t("signOut.failed"));
  }
  view?.close();
  view = null;
  forgetDrafts();
  stopWatching();
  fill(page);
  location.hash = "#/today";
  signedIn = false;
  await askForSignIn("signed-out");
  await start();
}

/** Who has no role, or none any more, reads no policy; each page says what to do about it. */
async function zoneOfCounty() {
  try {
    return (await countyPolicy()).zone;
  } catch (error) {
    if (asProblem(error).code !== "forbidden") throw error;
    return ZONE;
  }
}

/** Reads who is signed in, and says so while the server can't be reached. */
async function start() {
  fill(page, el("main", { id: "content" }, loadingNotice()));
  for (;;) {
    try {
      const user = await whoAmI();
      useZone(await zoneOfCounty());
      nameUser(user);
      break;
    } catch (error) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, REFRESH_MS);
        const retry = () => {
          clearTimeout(timer);
          resolve(undefined);
        };
        fill(page, el("main", { id: "content" }, problemNotice(error, { retry })));
      });
    }
  }
  signedIn = true;
  fill(page, skipLink(), header, notLive, main);
  go({ focus: false });
  watchEmergencies(() => view?.refresh());
}

const skipLink = () =>
  el(
    "a",
    {
      class: "skip",
      href: "#content",
      onclick: (/** @type {Event} */ event) => {
        event.preventDefault();
        heading.focus();
      },
    },
    () => t("skip.toContent"),
  );

const stopButton = el(
  "button",
  {
    type: "button",
    class: "stop",
    "aria-label": () => t("stop.buttonLabel"),
    onclick: () =>
      askToStopEverything(() => {
        view?.refresh();
        void lookForEmergencies();
      }),
  },
  () => t("stop.button"),
);

const header = el(
  "header",
  {},
  el(
    "div",
    { class: "header-inner" },
    el(
      "a",
      { class: "brand", href: "#/today" },
      el("span", { class: "brand-name" }, () => t("brand.name")),
    ),
    el("nav", { "aria-label": () => t("nav.label") }, ...links),
    el(
      "div",
      { class: "header-tools" },
      ticking(() => secondsText(serverNow()), {
        class: "clock",
        title: () => t("header.clock", { zone: ZONE }),
      }),
      el("a", { class: "account-link", href: "#/account" }, userName, () => t("nav.account")),
      languageButton(),
      el("button", { type: "button", class: "quiet", onclick: leave }, () => t("header.signOut")),
    ),
    stopButton,
  ),
  onAirBar,
  emergencyBars,
);

onMe(fitToRoles);
onSignInNeeded(async () => {
  const user = await askForSignIn(signedIn ? "expired" : "first");
  nameUser(user);
});
onLanguageChange(() => {
  rewrite();
  writeTitle();
});
addEventListener("hashchange", () => void (signedIn && go({ focus: true })));
setInterval(() => rewrite("[data-tick]"), 1000);

writeTitle();
const invitation = invitationInAddress();
if (invitation !== null) await acceptInvitation(invitation);
const answer = providerAnswer();
const failure = answer === null ? null : await comeBack(answer, page);
if (failure !== null) nameUser(await askForSignIn("first", failure));
await start();
