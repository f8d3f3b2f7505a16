import { drawn, el, svg } from "./dom.js";
import { shareText } from "./format.js";
import { t } from "./i18n.js";

/** @typedef {import("./resources.js").Proof} Proof */

/** Strongest first, as they stand in the bar. */
const STEPS = /** @type {const} */ (["sensed", "finished", "started", "cached", "delivered", "unknown"]);

/**
 * Each device once, by its highest grade. The server counts "at least"; the difference of neighbours is "exactly".
 * @param {Proof} proof
 * @returns {{ step: typeof STEPS[number], count: number }[]}
 */
function exactCounts({ atLeast, unknown }) {
  let above = 0;
  return STEPS.map((step) => {
    if (step === "unknown") return { step, count: unknown };
    const count = atLeast[step] - above;
    above = atLeast[step];
    return { step, count };
  });
}

/** One bar whose whole length is all the devices, and the same numbers as a table. */
export function proofBar() {
  return drawn(el("div", { class: "proof-bar" }), (/** @type {Proof} */ proof) => {
    const counts = exactCounts(proof);
    let left = 0;
    const shares = counts.map(({ step, count }) => {
      const share = svg("rect", { class: `bar-${step}`, x: left, y: 0, width: count, height: 1 });
      left += count;
      return share;
    });
    const bar = svg(
      "svg",
      {
        class: "bar",
        viewBox: `0 0 ${Math.max(1, proof.devices)} 1`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      },
      ...shares,
    );
    const rows = counts.map(({ step, count }) =>
      el(
        "tr",
        { class: count === 0 ? "zero" : null },
        el(
          "th",
          { scope: "row" },
          el("span", { class: `swatch swatch-${step}`, "aria-hidden": "true" }),
          () => t(`bar.${step}`),
        ),
        el("td", { class: "number" }, count),
        el("td", { class: "number" }, shareText(count, proof.devices)),
      ),
    );
    const head = ["column.grade", "column.count", "column.share"].map((key) =>
      el("th", { scope: "col" }, () => t(key)),
    );
    return [
      bar,
      el(
        "table",
        { class: "legend" },
        el("caption", { class: "unseen" }, () => t("proof.bar")),
        el("thead", { class: "unseen" }, el("tr", {}, ...head)),
        el("tbody", {}, ...rows),
      ),
    ];
  });
}
