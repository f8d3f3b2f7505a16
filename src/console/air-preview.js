import { badge } from "./badges.js";
import { el } from "./dom.js";
import { momentText } from "./format.js";
import { t, term } from "./i18n.js";

/** Who would hear something and what it meets on the air, before it is sent. */

/** @typedef {import("./interrupts.js").Preview} Preview */
/** @typedef {import("./dom.js").Child} Child */

const AREAS_NAMED = 12;

/** @param {{ class: string, silent: boolean }} of */
export function classBadge({ class: of, silent }) {
  if (of === "drill")
    return el("span", { class: "badge drill-badge" }, () => t(silent ? "drill.silent" : "class.drill"));
  if (of === "emergency") return badge("emergency", "▲", () => t("class.emergency"));
  return el("span", { class: "badge" }, () => term("class", of));
}

/** @param {string[]} names @param {number} total */
export const areaNames = (names, total) =>
  total > names.length
    ? t("reach.areasMore", { names: names.join(t("list.comma")), count: total })
    : names.join(t("list.comma"));

/** @param {Preview} preview @returns {Child[]} */
export function drawPreview({ devices, areas, own, meets }) {
  const { total, online, byKind } = devices;
  const empty = areas.filter(({ devices: count }) => count === 0);
  const named = areas.slice(0, AREAS_NAMED).map(({ name }) => name);
  return [
    el("h3", {}, () => t("reach.who")),
    el("p", {}, () => areaNames(named, areas.length)),
    total === 0
      ? el("p", { class: "problem" }, () => t("reach.nobody"))
      : el(
          "p",
          {},
          el("strong", {}, () => t("reach.devices", { total, online })),
          " ",
          el("span", { class: "fact" }, () =>
            byKind.map(({ kind, devices: count }) => `${term("kind", kind)} ${count}`).join(" · "),
          ),
        ),
    total > 0 &&
      empty.length > 0 &&
      el("p", { class: "warning" }, () =>
        t("reach.emptyAreas", {
          names: areaNames(
            empty.slice(0, AREAS_NAMED).map(({ name }) => name),
            empty.length,
          ),
        }),
      ),
    el("h3", {}, () => t("reach.meets")),
    meets.length === 0
      ? el("p", {}, () => t("reach.meetsNothing"))
      : el("ul", { class: "plain-list meets" }, ...meets.map(drawMeeting)),
    ...own.map(({ code, devices: count }) =>
      el("p", { class: "warning" }, () => t(`reach.own.${code}`, { devices: count })),
    ),
  ];
}

/** @param {Preview["meets"][number]} meeting */
function drawMeeting({ broadcast, devices, fates }) {
  const { programme, title, startAt } = broadcast;
  return el(
    "li",
    {},
    classBadge({ class: broadcast.class, silent: false }),
    " ",
    () => momentText(startAt),
    " ",
    el("strong", {}, `${programme} ${title}`),
    () =>
      ` · ${
        fates.length === 0
          ? t("reach.other.undisturbed", { devices })
          : fates
              .map((fate) => t(`reach.other.${fate.code}`, { devices: fate.devices }))
              .join(t("list.comma"))
      }`,
  );
}
