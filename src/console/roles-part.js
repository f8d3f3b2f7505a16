import { choices } from "./account-parts.js";
import { el } from "./dom.js";
import { t, term } from "./i18n.js";
import { COUNTY_ROLES, TOWN_ADMIN } from "./people.js";
import { regionName } from "./resources.js";

/** @typedef {import("./api.js").Grant} Grant */

/** Roles to tick, and the towns of who looks after towns. @param {Grant[]} roles @param {import("./people.js").Town[]} towns */
export function rolesPart(roles, towns) {
  const has = (/** @type {string} */ role) => roles.some((grant) => grant.role === role);
  const offices = choices(
    "invite.roles",
    [...COUNTY_ROLES, TOWN_ADMIN].map((value) => ({
      value,
      text: () => t(`role.${value}`),
      hint: () => t(`roleHint.${value}`),
    })),
    [...COUNTY_ROLES, TOWN_ADMIN].filter(has),
  );
  const areas = choices(
    "invite.area",
    towns.map(({ code, name }) => ({ value: code, text: () => name })),
    roles.flatMap(({ area }) => area ?? []),
  );
  const townBox = offices.boxes.at(-1);
  const showAreas = () => void (areas.element.hidden = !townBox?.checked);
  townBox?.addEventListener("change", showAreas);
  showAreas();

  return {
    element: el("div", {}, offices.element, areas.element),
    /** @returns {Grant[]} */
    value() {
      const county = offices.chosen().filter((role) => role !== TOWN_ADMIN);
      // A town's admin without a town is said to be wrong by the server.
      const chosen = areas.chosen();
      const own = townBox?.checked ? (chosen.length > 0 ? chosen : [null]) : [];
      return [
        ...county.map((role) => ({ role, area: null })),
        ...own.map((area) => ({ role: TOWN_ADMIN, area })),
      ];
    },
  };
}

/** @param {Grant} grant */
function grantText({ role, area, inPlaceOf }) {
  if (inPlaceOf) {
    const { name } = inPlaceOf;
    return el("span", { class: "role" }, () => t("role.inPlaceOf", { role: term("role", role), name }));
  }
  if (area === null) return el("span", { class: "role" }, () => term("role", role));
  const place = el("span", {}, area);
  regionName(area).then(
    (name) => (place.textContent = name),
    () => {}, // the code says it as well
  );
  return el("span", { class: "role" }, () => term("role", role), " ", place);
}

/** @param {Grant[]} roles */
export const rolesText = (roles) =>
  roles.length === 0
    ? el("span", { class: "quiet-text" }, () => t("role.none"))
    : el("span", { class: "roles" }, ...roles.map(grantText));
