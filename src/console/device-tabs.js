import { may } from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";

/** What there is about devices, each in its place. @type {{ place: string, key: string, see?: string }[]} */
const TABS = [
  { place: "", key: "devices.tab" },
  { place: "/outages", key: "outages.tab" },
  { place: "/quarantine", key: "quarantine.tab" },
  { place: "/software", key: "channels.tab" },
  { place: "/keys", key: "keys.tab", see: "keys:read" },
];

/** @param {string} here the place of the page that they are on */
export const deviceTabs = (here) =>
  el(
    "nav",
    { class: "tabs", "aria-label": () => t("devices.tabs") },
    ...TABS.filter(({ see }) => see === undefined || may(see)).map(({ place, key }) =>
      el("a", { href: `#/devices${place}`, "aria-current": place === here ? "page" : null }, () => t(key)),
    ),
  );

/** A device's name, which leads to its page. @param {string} id @param {string} name */
export const deviceLink = (id, name) => el("a", { href: `#/devices/${encodeURIComponent(id)}` }, name);
