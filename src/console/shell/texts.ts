import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { allTexts, currentLanguage, locale, onLanguageChange } from "../i18n.js";
import type { calendarZh } from "../locales/calendar-zh.ts";
import type { devicesZh } from "../locales/devices-zh.ts";
import type { mediaZh } from "../locales/media-zh.ts";
import type { operationZh } from "../locales/operation-zh.ts";
import type { peopleZh } from "../locales/people-zh.ts";
import type { reportsZh } from "../locales/reports-zh.ts";
import type { settingsZh } from "../locales/settings-zh.ts";
import type { zh as zhPages } from "../locales/zh.ts";
import type { zh as zhViews } from "../strings-zh.js";

type Texts = typeof zhViews &
  typeof zhPages &
  typeof calendarZh &
  typeof devicesZh &
  typeof mediaZh &
  typeof operationZh &
  typeof peopleZh &
  typeof settingsZh &
  typeof reportsZh;
export type TextKey = keyof Texts;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    keySeparator: false;
    nsSeparator: false;
    resources: { translation: Texts };
  }
}

/** Whether there is such a text, as for a value that a newer server made up. */
export const isText = (key: string): key is TextKey => i18next.exists(key);

/** The text of `prefix.value`; a value without one is shown as it came. */
export const term = (prefix: string, value: string): string => {
  const key = `${prefix}.${value}`;
  return isText(key) ? i18next.t(key) : value;
};

/** Nobody waits for the language that is not read. */
const LOADERS = {
  zh: async () => (await import("../locales/zh.ts")).zh,
  en: async () => (await import("../locales/en.ts")).en,
};

/** The texts of some pages alone, which come with them. */
const OF_PAGES = {
  calendar: {
    zh: async () => (await import("../locales/calendar-zh.ts")).calendarZh,
    en: async () => (await import("../locales/calendar-en.ts")).calendarEn,
  },
  devices: {
    zh: async () => (await import("../locales/devices-zh.ts")).devicesZh,
    en: async () => (await import("../locales/devices-en.ts")).devicesEn,
  },
  media: {
    zh: async () => (await import("../locales/media-zh.ts")).mediaZh,
    en: async () => (await import("../locales/media-en.ts")).mediaEn,
  },
  operation: {
    zh: async () => (await import("../locales/operation-zh.ts")).operationZh,
    en: async () => (await import("../locales/operation-en.ts")).operationEn,
  },
  people: {
    zh: async () => (await import("../locales/people-zh.ts")).peopleZh,
    en: async () => (await import("../locales/people-en.ts")).peopleEn,
  },
  settings: {
    zh: async () => (await import("../locales/settings-zh.ts")).settingsZh,
    en: async () => (await import("../locales/settings-en.ts")).settingsEn,
  },
  reports: {
    zh: async () => (await import("../locales/reports-zh.ts")).reportsZh,
    en: async () => (await import("../locales/reports-en.ts")).reportsEn,
  },
};
type Pages = keyof typeof OF_PAGES;
const opened = new Set<Pages>();

/** What a page is loaded by, together with its texts. */
export async function withTexts<T>(pages: Pages, load: () => Promise<T>): Promise<T> {
  opened.add(pages);
  const [page] = await Promise.all([load(), follow()]);
  return page;
}

/** Both sides' texts, in the language that i18n.js has. */
async function follow(): Promise<void> {
  const language = currentLanguage();
  const own = await Promise.all([...opened].map((pages) => OF_PAGES[pages][language]()));
  const texts = Object.assign({}, allTexts(), await LOADERS[language](), ...own);
  i18next.addResourceBundle(language, "translation", texts);
  await i18next.changeLanguage(language);
  document.documentElement.lang = locale();
}

/** i18next, from now on in the language that is chosen. */
export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: currentLanguage(),
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    interpolation: { prefix: "{", suffix: "}", escapeValue: false },
  });
  onLanguageChange(() => void follow());
  await follow();
}
