/**
 * Takes the place of `Dom/dynamicCSS` of @rc-component/util and of `cssUtils` of @ant-design/icons, by which Ant Design
 * adds styles: they would write `<style>` elements, which the content security policy of the console refuses. A sheet that
 * a script constructs is allowed.
 * https://drafts.csswg.org/cssom/#dom-cssstylesheet-replacesync, and CSP3 §8.3 "Usage of inline styles".
 */

interface Options {
  mark?: string;
  prepend?: boolean | "queue";
  priority?: number;
}

interface Adopted {
  sheet: CSSStyleSheet;
  css: string;
  priority: number;
  /** Never in the page: what carries the marks that Ant Design keeps on its elements. */
  element: HTMLStyleElement;
}

const adopted = new Map<string, Adopted>();
const nameOf = (key: string, { mark = "" }: Options) => `${mark} ${key}`;
const priorityOf = ({ prepend, priority = 0 }: Options) => (prepend === "queue" ? priority : 0);

/** What has the lower priority comes first, so that it yields. */
function adopt(): void {
  document.adoptedStyleSheets = [...adopted.values()]
    .sort((one, other) => one.priority - other.priority)
    .map(({ sheet }) => sheet);
}

export function updateCSS(css: string, key: string, options: Options = {}): HTMLStyleElement {
  const known = adopted.get(nameOf(key, options));
  if (known) {
    if (known.css !== css) {
      known.sheet.replaceSync(css);
      known.css = css;
    }
    return known.element;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const element = document.createElement("style");
  adopted.set(nameOf(key, options), { sheet, css, priority: priorityOf(options), element });
  adopt();
  return element;
}

export function removeCSS(key: string, options: Options = {}): void {
  if (adopted.delete(nameOf(key, options))) adopt();
}

export const injectCSS = (css: string, options: Options = {}): HTMLStyleElement =>
  updateCSS(css, css, options);

export function clearContainerCache(): void {
  adopted.clear();
  adopt();
}

/** The console has no shadow trees. */
export const getShadowRoot = (): null => null;

/** What the icons would warn of is the same in every build. */
export const warningOnce = (): void => {};

/**
 * Does the same for a library that writes a `<style>` into a shadow tree: to be called before the tree is in the page, as
 * the policy is asked when it comes there.
 */
export function adoptStylesOf(tree: ShadowRoot): void {
  for (const element of tree.querySelectorAll("style")) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(element.textContent);
    tree.adoptedStyleSheets.push(sheet);
    element.remove();
  }
}
