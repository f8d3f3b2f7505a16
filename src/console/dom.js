/**
 * Building the page from code. Data only ever becomes text nodes and attribute values, so nothing in it can become
 * markup. A function in the place of a text or an attribute is asked again when the language changes.
 */

/** @typedef {Node | string | number | null | undefined | false | (() => string)} Child */
/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown) | (() => string)>} Attributes */

/** What to do again when the language changes, or every second, by element. @type {WeakMap<Element, (() => void)[]>} */
const again = new WeakMap();

/** @param {Element} element @param {() => void} write */
function keepCurrent(element, write) {
  write();
  again.set(element, [...(again.get(element) ?? []), write]);
  element.setAttribute("data-live", "");
}

/**
 * Writes every text that depends on the language, or on the time, once more.
 * @param {string} [selector]
 */
export function rewrite(selector = "[data-live]") {
  for (const element of document.querySelectorAll(selector))
    for (const write of again.get(element) ?? []) write();
}

/**
 * An element. Attributes named `onclick` and the like are listeners; `false` and `null` leave an attribute out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") {
      if (name.startsWith("on"))
        element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
      else
        keepCurrent(element, () => element.setAttribute(name, String(/** @type {() => string} */ (value)())));
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  fill(element, ...children);
  return element;
}

/** Replaces what is inside. @param {Element} element @param {...Child} children */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.filter((child) => child !== null && child !== undefined && child !== false).map(toNode),
  );
}

/** @param {Child} child @returns {Node | string} */
function toNode(child) {
  if (typeof child === "function") return says(child);
  return child instanceof Node ? child : String(child);
}

/** A text that follows the language. @param {() => string} text */
function says(text) {
  const span = document.createElement("span");
  keepCurrent(span, () => (span.textContent = text()));
  return span;
}

/** A text that is written anew every second. @param {() => string} text @param {Attributes} [attributes] */
export function ticking(text, attributes = {}) {
  const span = el("span", { ...attributes, "data-tick": true });
  keepCurrent(span, () => (span.textContent = text()));
  return span;
}

/**
 * A part of the page that shows a value.
 * @template V
 * @typedef {{ element: Element, update: (value: V) => void }} Part
 */

const FOCUSABLE = "a[href], button, input, select, summary";

/**
 * A part that is drawn anew only when its value has changed, and keeps the focus where it was. So a page that
 * refreshes every few seconds does not pull anything away from under a pointer or a screen reader.
 * @template V
 * @param {Element} element
 * @param {(value: V) => Child[]} draw
 * @returns {Part<V>}
 */
export function drawn(element, draw) {
  /** @type {string | undefined} */
  let shown;
  return {
    element,
    update(value) {
      const print = JSON.stringify(value);
      if (print === shown) return;
      shown = print;
      const focused = [...element.querySelectorAll(FOCUSABLE)].indexOf(
        /** @type {Element} */ (document.activeElement),
      );
      fill(element, ...draw(value));
      if (focused >= 0)
        /** @type {HTMLElement | undefined} */ ([...element.querySelectorAll(FOCUSABLE)][focused])?.focus();
    },
  };
}
