import nzh from "nzh";

const DIGITS = "零一二三四五六七八九";
/** On the telephone 1 is 幺, as 一 and 七 sound alike. */
const TELEPHONE_DIGITS = "零幺二三四五六七八九";
/** Two of something is 两; of a date, an ordinal or a number it is 二. */
const MEASURE =
  "个|次|名|位|户|人|家|台|场|点|小时|天|周|年级|米|公里|公斤|吨|亩|元|万|千|辆|项|条|篇|遍|间|所|套|批";

const UNITS: [pattern: RegExp, spoken: string][] = [
  [/(?<=\d)\s*(?:km\/h)\b/gi, "公里每小时"],
  [/(?<=\d)\s*km\b/gi, "公里"],
  [/(?<=\d)\s*kg\b/gi, "公斤"],
  [/(?<=\d)\s*cm\b/gi, "厘米"],
  [/(?<=\d)\s*mm\b/gi, "毫米"],
  [/(?<=\d)\s*m\b/g, "米"],
  [/(?<=\d)\s*(?:℃|°C)/g, "摄氏度"],
];

const spell = (digits: string, names = DIGITS): string =>
  digits.replace(/\d/g, (digit) => names[Number(digit)] ?? "");

/** `1500` as 一千五百, `3.14` as 三点一四. */
export function spellNumber(number: string): string {
  const [whole = "0", fraction] = number.replaceAll(",", "").split(".");
  // Beyond what is counted in daily life, and what begins with a zero, is a code.
  const isCode = whole.length > 12 || (whole.length > 1 && whole.startsWith("0"));
  const spoken = isCode ? spell(whole) : nzh.cn.encodeS(whole);
  return fraction === undefined ? spoken : `${spoken}点${spell(fraction)}`;
}

const clockTime = (hour: string, minute: string): string => {
  const minutes = Number(minute);
  const spokenMinutes = minutes === 0 ? "" : `${minutes < 10 ? "零" : ""}${spellNumber(String(minutes))}分`;
  return `${Number(hour) === 2 ? "两" : spellNumber(String(Number(hour)))}点${spokenMinutes}`;
};

const date = (year: string | undefined, month: string, day: string): string =>
  `${year === undefined ? "" : `${spell(year)}年`}${spellNumber(String(Number(month)))}月${spellNumber(String(Number(day)))}日`;

const NUMBER = "(\\d[\\d,]*(?:\\.\\d+)?)";

/** From the most particular to the plain number; each leaves no digit behind where it applies. */
const RULES: [pattern: RegExp, spoken: (...found: string[]) => string][] = [
  [
    /(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/g,
    (_, year = "", month = "", day = "") => date(year, month, day),
  ],
  [/(\d{4})(?=年)/g, (_, year = "") => spell(year)],
  [/(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?/g, (_, hour = "", minute = "") => clockTime(hour, minute)],
  [
    /(0\d{2,3})-(\d{7,8})/g,
    (_, area = "", number = "") => `${spell(area, TELEPHONE_DIGITS)},${spell(number, TELEPHONE_DIGITS)}`,
  ],
  [/(?<!\d)(1[3-9]\d{9})(?!\d)/g, (_, number = "") => spell(number, TELEPHONE_DIGITS)],
  [
    /(?<=(?:电话|热线|拨打|手机|号码)[^\d]{0,3})(\d{3,12})/g,
    (_, number = "") => spell(number, TELEPHONE_DIGITS),
  ],
  [new RegExp(`${NUMBER}\\s*[%％]`, "g"), (_, number = "") => `百分之${spellNumber(number)}`],
  [
    /(?<!\d)(\d{1,4})\/(\d{1,4})(?!\d)/g,
    (_, part = "", whole = "") => `${spellNumber(whole)}分之${spellNumber(part)}`,
  ],
  [
    new RegExp(`(?<![\\d年月日])[-−]${NUMBER}(?=摄氏度)`, "g"),
    (_, number = "") => `零下${spellNumber(number)}`,
  ],
  // Between two numbers a dash is "to".
  [/(?<=[\d点分日月年度])\s*[-–—~～至]+\s*(?=[\d零一二三四五六七八九十百])/g, () => "到"],
  [new RegExp(`(?<![\\d.第])2(?=${MEASURE})`, "g"), () => "两"],
  [new RegExp(NUMBER, "g"), (_, number = "") => spellNumber(number)],
];

const LETTERS: Record<string, string> = { "+": "加", "=": "等于", "&": "和", "@": "艾特", "№": "第" };

/**
 * Written Chinese as it is read aloud: dates, times, numbers, telephone numbers, shares and units in words; what has no
 * sound is left out. Holds no digit.
 */
export function toSpokenText(text: string): string {
  // Compatibility forms make full-width digits plain, and a raised two as well, which is none.
  let spoken = text.replace(/m²|㎡/g, "平方米").normalize("NFKC");
  for (const [pattern, unit] of UNITS) spoken = spoken.replace(pattern, unit);
  for (const [pattern, rule] of RULES) spoken = spoken.replace(pattern, rule);
  return spoken
    .replace(/[+=&@№]/g, (sign) => LETTERS[sign] ?? "")
    .replace(/[^\p{Script=Han}A-Za-z\s，。！？；：、,.!?;:]/gu, " ")
    .replace(/\p{N}/gu, "")
    .replace(/[ \t]+/g, " ")
    .trim();
}
