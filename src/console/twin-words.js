import { badge } from "./badges.js";
import { el } from "./dom.js";
import { momentText } from "./format.js";
import { t } from "./i18n.js";

/** How the fields and values of a twin are said. */

/** @typedef {import("./devices.js").TwinField} TwinField */
/** @typedef {import("./devices.js").TwinState} TwinState */
/** @typedef {import("./devices.js").Value} Value */

/** @param {string} field @returns {string} */
export const fieldText = (field) => t(`twinField.${field}`);

/**
 * @param {string} field
 * @param {Value} value `null` for nothing said
 * @param {string} nothing the key of what that means
 * @returns {string}
 */
export function valueText(field, value, nothing) {
  if (value === null) return t(nothing);
  if (Array.isArray(value)) return value.length === 0 ? t("twin.none") : value.join(t("list.comma"));
  if (field === "volume") return t("twin.percent", { value });
  if (field === "maxKbps") return t("twin.kbps", { value });
  if (field === "version") return t("twin.version", { value });
  return String(value);
}

/** @type {Record<TwinState, [tone: string, sign: string]>} */
const LOOKS = { agrees: ["good", "✓"], differs: ["warn", "≠"], unknown: ["plain", "?"] };

/** @param {TwinState} state */
export const twinBadge = (state) => {
  const [tone, sign] = LOOKS[state];
  return badge(tone, sign, () => t(`twinState.${state}`));
};

/** In what a device differs, in a cell. @param {{ state: TwinState, drift: { field: string, since: string }[] }} twin */
export function twinCell({ state, drift }) {
  const since = drift.map((each) => each.since).toSorted()[0];
  return el(
    "span",
    {},
    twinBadge(state),
    since !== undefined &&
      el("small", { class: "below" }, () =>
        t("twin.differsIn", {
          fields: drift.map(({ field }) => fieldText(field)).join(t("list.comma")),
          time: momentText(since),
        }),
      ),
  );
}
