import { el, fill } from "./dom.js";
import { t } from "./i18n.js";
import { listRegions } from "./interrupts.ts";
import { problemNotice } from "./notices.js";
import { regionName } from "./resources.js";

/** @typedef {import("./interrupts.ts").Region} Region */

/** Administrative codes after GB/T 2260: so many digits of a region's code begin the codes of all that lies in it. */
const DIGITS = /** @type {Record<string, number>} */ ({
  province: 2,
  city: 4,
  county: 6,
  town: 9,
  village: 12,
});
const FOUND_AT_MOST = 20;
const TYPING_MS = 250;
let serial = 0;

/** @param {string} code @param {Region} area */
const isInside = (code, area) => code.startsWith(area.code.slice(0, DIGITS[area.level] ?? 12));

/**
 * Chooses regions, each with everything below it: county, towns and villages, or found by name.
 * @param {{ legend: () => string, initial?: Region[], onChange?: () => void }} options `initial`: chosen from the beginning
 */
export function regionTree({ legend, initial = [], onChange = () => {} }) {
  /** By code; none lies in another. @type {Map<string, Region>} */
  const chosen = new Map(initial.map((region) => [region.code, region]));
  /** What to draw anew when the choice changes, by box. @type {Map<HTMLInputElement, Region>} */
  const boxes = new Map();
  const tree = el("ul", { class: "region-tree" });
  const found = el("ul", { class: "region-tree found", "aria-live": "polite", hidden: true });
  const notice = el("div");
  const picked = el("div", { class: "picked", "aria-live": "polite" });
  const searchId = `region-search-${(serial += 1)}`;
  const search = el("input", { type: "search", id: searchId, maxlength: 100, oninput: lookSoon });
  /** @type {number | undefined} */
  let typing;
  let asked = 0;

  void loadRoots();
  drawPicked();

  async function loadRoots() {
    fill(notice);
    try {
      const counties = await listRegions({ level: "county" });
      if (counties.length === 0)
        return fill(
          notice,
          el("p", { class: "warning" }, () => t("regions.none")),
        );
      fill(tree, ...counties.map((county) => branch(county, counties.length === 1)));
    } catch (error) {
      fill(notice, problemNotice(error, { retry: () => void loadRoots() }));
    }
  }

  /** @param {Region} region */
  function box(region) {
    const input = el("input", {
      type: "checkbox",
      onchange: (/** @type {Event & { target: HTMLInputElement }} */ { target }) =>
        set(region, target.checked),
    });
    boxes.set(input, region);
    drawBox(input, region);
    return el("label", {}, input, " ", region.name);
  }

  /** @param {Region} region @param {boolean} isOpen */
  function branch(region, isOpen) {
    if (region.level === "village") return el("li", {}, el("span", { class: "leaf" }), box(region));
    const id = `region-${searchId}-${region.code}`;
    const children = el("ul", { id, hidden: true });
    let loaded = false;
    const toggle = el(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-expanded": "false",
        "aria-controls": id,
        "aria-label": () => t("regions.below", { name: region.name }),
        onclick: () => open(children.hidden === true),
      },
      "▸",
    );
    /** @param {boolean} wanted */
    async function open(wanted) {
      children.hidden = !wanted;
      toggle.setAttribute("aria-expanded", String(wanted));
      fill(toggle, wanted ? "▾" : "▸");
      if (!wanted || loaded) return;
      loaded = true;
      try {
        const below = await listRegions({ parent: region.code });
        fill(children, ...below.map((each) => branch(each, false)));
        if (below.length === 0)
          fill(
            children,
            el("li", { class: "hint" }, () => t("regions.empty")),
          );
      } catch (error) {
        loaded = false;
        fill(children, el("li", {}, problemNotice(error, { retry: () => void open(true) })));
      }
    }
    if (isOpen) void open(true);
    return el("li", {}, toggle, box(region), children);
  }

  /** @param {Region} region @param {boolean} isChosen */
  function set(region, isChosen) {
    for (const code of chosen.keys()) if (isInside(code, region)) chosen.delete(code);
    if (isChosen) chosen.set(region.code, region);
    changed();
  }

  function changed() {
    for (const [input, region] of boxes) {
      if (input.isConnected) drawBox(input, region);
      else boxes.delete(input);
    }
    drawPicked();
    onChange();
  }

  /** @param {HTMLInputElement} input @param {Region} region */
  function drawBox(input, region) {
    const all = [...chosen.values()];
    const isCovered = all.some((area) => area.code !== region.code && isInside(region.code, area));
    input.checked = isCovered || chosen.has(region.code);
    input.disabled = isCovered;
    input.indeterminate = !input.checked && all.some(({ code }) => isInside(code, region));
  }

  function drawPicked() {
    const all = [...chosen.values()];
    if (all.length === 0)
      return fill(
        picked,
        el("p", { class: "hint" }, () => t("regions.choose")),
      );
    fill(
      picked,
      el("span", { class: "hint" }, () => t("regions.chosen", { count: all.length })),
      ...all.map((region) =>
        el(
          "button",
          {
            type: "button",
            class: "chip",
            "aria-label": () => t("regions.leaveOut", { name: region.name }),
            onclick: () => {
              set(region, false);
              (picked.querySelector("button") ?? search).focus();
            },
          },
          region.name,
          el("span", { "aria-hidden": "true" }, " ×"),
        ),
      ),
    );
  }

  function lookSoon() {
    clearTimeout(typing);
    typing = setTimeout(() => void look(), TYPING_MS);
  }

  async function look() {
    const q = search.value.trim();
    const mine = (asked += 1);
    tree.hidden = q !== "";
    found.hidden = q === "";
    if (q === "") return;
    try {
      const regions = await listRegions({ q });
      if (mine !== asked) return;
      const shown = regions.filter(
        ({ level }) => level === "county" || level === "town" || level === "village",
      );
      fill(
        found,
        ...shown.slice(0, FOUND_AT_MOST).map((region) => el("li", {}, box(region), " ", place(region))),
        shown.length === 0 && el("li", { class: "hint" }, () => t("regions.notFound", { name: q })),
        shown.length > FOUND_AT_MOST && el("li", { class: "hint" }, () => t("regions.moreFound")),
      );
    } catch (error) {
      if (mine === asked) fill(found, el("li", {}, problemNotice(error)));
    }
  }

  return {
    element: el(
      "fieldset",
      { class: "regions" },
      el("legend", {}, legend),
      picked,
      el("label", { for: searchId, class: "search" }, () => t("regions.search"), " ", search),
      notice,
      tree,
      found,
    ),
    /** The codes, none inside another. */
    codes: () => [...chosen.keys()],
    clear() {
      chosen.clear();
      search.value = "";
      void look();
      changed();
    },
    focus: () => search.focus(),
  };
}

/** Villages of different towns may have the same name. @param {Region} region */
function place({ level, code }) {
  const element = el("small", {}, code);
  if (level !== "village") return element;
  const town = `${code.slice(0, DIGITS["town"])}000`;
  void regionName(town).then(
    (name) => fill(element, name),
    () => {},
  );
  return element;
}
