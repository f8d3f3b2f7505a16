import { badge } from "./badges.js";
import { el } from "./dom.js";
import { differenceText } from "./format.js";
import { t } from "./i18n.js";

/** What a device last said of itself, in cells. */

/** @typedef {import("./resources.js").Device} Device */

const unreported = () => el("span", { class: "quiet-text" }, () => t("reported.never"));

/** @param {Device} device */
function online({ presence }) {
  if (presence === null) return el("span", { class: "quiet-text" }, () => t("online.never"));
  return presence.online
    ? badge("good", "●", () => t("online.yes"))
    : badge("plain", "○", () => t("online.no"));
}

/** @param {Device} device */
function clock({ reported }) {
  if (reported === null) return unreported();
  const { trusted, offsetMs } = reported.clock;
  return el(
    "span",
    {},
    trusted ? badge("good", "✓", () => t("clock.trusted")) : badge("bad", "!", () => t("clock.untrusted")),
    el("small", { class: "below" }, () => t("clock.offset", { offset: differenceText(offsetMs) })),
  );
}

/** @param {Device} device */
function cached({ reported }) {
  if (reported === null) return unreported();
  const { ready, total } = reported.cached;
  const text = () => t("cached.ratio", { ready, total });
  return ready >= total ? badge("good", "✓", text) : badge("warn", "○", text);
}

export const deviceLook = { online, clock, cached };
