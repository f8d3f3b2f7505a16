import { DATES } from "./spoken-dates.ts";
import { CODES, GROUPING, PLAIN, type Rule } from "./spoken-numbers.ts";
import { TELEPHONES } from "./spoken-telephones.ts";
import { QUANTITIES, UNITS } from "./spoken-units.ts";

/** From the most particular to the plain number; what one has read holds no digit for the next. */
const RULES: Rule[] = [...GROUPING, ...DATES, ...TELEPHONES, ...CODES, ...UNITS, ...QUANTITIES, ...PLAIN];

const SIGNS: Record<string, string> = { "+": "加", "=": "等于", "&": "和", "@": "艾特" };
const PAUSES: Record<string, string> = { ",": "，", ";": "；", ":": "：", "!": "！", "?": "？" };

/**
 * Written Chinese as it is read aloud: dates, times, numbers, telephone numbers, shares and units in words; what has no
 * sound is left out. Holds no digit.
 */
export function toSpokenText(text: string): string {
  let spoken = plainForms(text);
  for (const [, pattern, rule] of RULES) spoken = spoken.replace(pattern, rule);
  return spoken
    .replace(/[+=&@]/g, (sign) => SIGNS[sign] ?? "")
    .replace(/[,;:!?]/g, (sign) => PAUSES[sign] ?? "")
    .replace(/[^\p{Script=Han}A-Za-z\s，。！？；：、.]/gu, " ")
    .replace(/\p{N}/gu, "")
    .replace(/\.(?![A-Za-z])/g, "。")
    .replace(/[ \t]+/g, " ")
    .trim();
}

/** Compatibility forms make full-width digits plain; a raised two as well, which is none, and a comma, which is a pause. */
const plainForms = (text: string): string =>
  text
    .replaceAll("〇", "零")
    .replaceAll("№", "第")
    .replace(/m²|㎡/g, "平方米")
    .replace(/m³|㎥/g, "立方米")
    .replace(/(?<=\d)[²³]/g, (power) => (power === "²" ? "^2" : "^3"))
    .replace(/[^，。！？；：、]+/g, (part) => part.normalize("NFKC"));
