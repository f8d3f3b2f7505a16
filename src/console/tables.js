import { drawn, el, keyed } from "./dom.js";
import { t } from "./i18n.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * A table of rows by key. On a narrow screen each row becomes a card, where the cells carry their columns' names.
 * @template V
 * @param {object} options
 * @param {() => string} options.caption
 * @param {string[]} options.columns keys of the column names
 * @param {(row: V) => string} options.keyOf
 * @param {(row: V) => Child[]} options.cells one for each column; `null` for an empty cell
 * @param {(row: V) => string} [options.classOf]
 * @param {string[]} [options.wide] for cells that speak for themselves: a card then has no names in it, and these
 *   columns a line of their own
 * @returns {import("./dom.js").Part<V[]>}
 */
export function table({ caption, columns, keyOf, cells, classOf, wide }) {
  const body = el("tbody");
  const update = keyed(body, keyOf, (/** @type {V} */ first) => {
    const row = el("tr");
    const part = drawn(row, (/** @type {V} */ value) =>
      cells(value).map((cell, index) => {
        const column = columns[index] ?? "";
        const empty = cell === null || cell === "" || cell === undefined;
        return el(
          "td",
          { "data-label": () => t(column), class: empty ? "blank" : wide?.includes(column) ? "wide" : null },
          cell,
        );
      }),
    );
    return {
      element: row,
      update(value = first) {
        row.className = classOf?.(value) ?? "";
        part.update(value);
      },
    };
  });
  const element = el(
    "table",
    { class: wide ? "compact" : null },
    el("caption", { class: "unseen" }, caption),
    el("thead", {}, el("tr", {}, ...columns.map((key) => el("th", { scope: "col" }, () => t(key))))),
    body,
  );
  return { element, update };
}
