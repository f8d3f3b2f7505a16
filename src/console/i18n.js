/** @typedef {"zh" | "en"} Language */
/** @typedef {Record<string, string>} Strings */

const STORED_AS = "ccx-language";
/** Nobody waits for the language that is not read. @type {Record<Language, () => Promise<Strings>>} */
const LOADERS = {
  zh: async () => (await import("./strings-zh.js")).zh,
  en: async () => (await import("./strings-en.js")).en,
};
const LOCALES = { zh: "zh-CN", en: "en-GB" };

/** @type {Set<() => void>} */
const listeners = new Set();
/** @type {Language} */
let language = readStored() === "en" ? "en" : "zh";
let strings = await LOADERS[language]();

function readStored() {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null; // storage may be switched off; the choice then lasts as long as the page
  }
}

/** @returns {Language} */
export const currentLanguage = () => language;
/** BCP 47, for `Intl` and the `lang` attribute. */
export const locale = () => LOCALES[language];

/** All texts of the current language, by key. */
export const allTexts = () => strings;

/** @param {Language} next */
export async function setLanguage(next) {
  strings = await LOADERS[next]();
  language = next;
  try {
    localStorage.setItem(STORED_AS, next);
  } catch {
    // as above
  }
  for (const listener of listeners) listener();
}

/** @param {() => void} listener called after every change */
export const onLanguageChange = (listener) => void listeners.add(listener);

/** @param {string} key @returns {boolean} */
export const knows = (key) => Object.hasOwn(strings, key);

/**
 * The text of a key in the current language, with `{name}` filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = strings[key];
  if (text === undefined) throw new Error(`There is no text "${key}".`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * The text of `prefix.value` where there is one; a value that a newer server made up is shown as it came.
 * @param {string} prefix
 * @param {string} value
 */
export const term = (prefix, value) => (knows(`${prefix}.${value}`) ? t(`${prefix}.${value}`) : value);
