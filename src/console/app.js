import { onSignInNeeded, serverNow, signOut, whoAmI } from "./api.js";
import { el, fill, rewrite, ticking } from "./dom.js";
import { emergencyBars, lookForEmergencies, stopWatching, watchEmergencies } from "./emergency-bar.js";
import { secondsText, useZone, ZONE } from "./format.js";
import { locale, onLanguageChange, t } from "./i18n.js";
import { notLive, REFRESH_MS } from "./live.js";
import { announce, emptyNotice, loadingNotice, problemNotice } from "./notices.js";
import { countyPolicy } from "./resources.js";
import { askForSignIn, languageButton } from "./sign-in.js";
import { askToStopEverything } from "./stop.js";
import { announcementsView, emergenciesView, forgetDrafts } from "./view-announcements.js";
import { broadcastView } from "./view-broadcast.js";
import { devicesView } from "./view-devices.js";
import { programmesView } from "./view-programmes.js";
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
  { hash: "#/programmes", key: "nav.programmes" },
  { hash: "#/announcements", key: "nav.announcements" },
  { hash: "#/devices", key: "nav.devices" },
];

/** @returns {View} */
function viewOf(/** @type {string} */ hash) {
  const [place = "today", id] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (place === "broadcasts" && id) return broadcastView(id);
  if (place === "programmes") return programmesView(id ?? null);
  if (place === "announcements") return id === "emergencies" ? emergenciesView() : announcementsView();
  if (place === "devices") return devicesView();
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
    if (here.startsWith(link.hash)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  fill(heading, () => view?.title() ?? "");
  fill(main, heading, view.element);
  // What was drawn before, as a draft, may be in another language.
  rewrite();
  writeTitle();
  if (focus) {
    scrollTo(0, 0);
    heading.focus();
  }
}

function writeTitle() {
  document.documentElement.lang = locale();
  document.title = view ? t("title.page", { page: view.title() }) : t("brand.name");
}

async function leave() {
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

/** Reads who is signed in, and says so while the server can't be reached. */
async function start() {
  fill(page, el("main", { id: "content" }, loadingNotice()));
  for (;;) {
    try {
      const user = await whoAmI();
      useZone((await countyPolicy()).zone);
      fill(userName, () => t("header.signedInAs", { name: user.name }));
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
      userName,
      languageButton(),
      el("button", { type: "button", class: "quiet", onclick: leave }, () => t("header.signOut")),
    ),
    el(
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
    ),
  ),
  emergencyBars,
);

onSignInNeeded(async () => {
  const user = await askForSignIn(signedIn ? "expired" : "first");
  fill(userName, () => t("header.signedInAs", { name: user.name }));
});
onLanguageChange(() => {
  rewrite();
  writeTitle();
});
addEventListener("hashchange", () => void (signedIn && go({ focus: true })));
setInterval(() => rewrite("[data-tick]"), 1000);

writeTitle();
await start();
