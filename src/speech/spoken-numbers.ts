import nzh from "nzh";

/** One way of writing something, and how it is said. */
export type Rule = [name: string, pattern: RegExp, spoken: (...found: string[]) => string];

const DIGITS = "零一二三四五六七八九";
/** On the telephone 1 is 幺, as 一 and 七 sound alike. */
const TELEPHONE_DIGITS = "零幺二三四五六七八九";
/** A number as a part of other patterns; its thousands are no longer parted then. */
export const NUMBER = "\\d+(?:\\.\\d+)?";
/** Two of something is 两; of a date, a floor or an ordinal it is 二. */
const MEASURE =
  "[个次名位户人家台场点天周岁倍秒斤吨亩元万千亿辆项条篇遍间所套批件头只棵份种类米升]|小时|分钟|年(?!级)|公里|公斤|平方|立方|厘米|毫米";

/** One digit after the other. */
export const spell = (digits: string): string => named(digits, DIGITS);
export const spellForTelephone = (digits: string): string => named(digits, TELEPHONE_DIGITS);

const named = (digits: string, names: string): string =>
  digits.replace(/\d/g, (digit) => names[Number(digit)] ?? "");

/** `1500` as 一千五百, `3.14` as 三点一四. */
export function spellNumber(number: string): string {
  const [whole = "0", fraction] = number.split(".");
  // Beyond what is counted in daily life, and what begins with a zero, is a code.
  const isCode = whole.length > 12 || (whole.length > 1 && whole.startsWith("0"));
  const spoken = isCode ? spell(whole) : nzh.cn.encodeS(whole);
  return fraction === undefined ? spoken : `${spoken}点${spell(fraction)}`;
}

/**
 * Three and more round numbers, each above the one before, are sums to choose from and no sum of a hundred million:
 * 100,200,300元.
 */
function isRoundList(numbers: readonly string[]): boolean {
  const rises = numbers.every((number, at) => at === 0 || Number(number) > Number(numbers[at - 1]));
  return numbers.length >= 3 && rises && numbers.every((number) => /^[1-9].*0$/.test(number));
}

/** First of all: afterwards a comma between numbers only parts a list. */
export const GROUPING: Rule[] = [
  [
    "list by its word, 分别为100,200元",
    /(?<=(?:分别|依次)[^\d，。]{0,4})\d+(?:,\d+)+/g,
    (list = "") => list.replaceAll(",", "，"),
  ],
  [
    "thousands",
    /(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])/g,
    (number = "") => number.replaceAll(",", isRoundList(number.split(",")) ? "，" : ""),
  ],
  ["list", /(?<=\d),(?=\d)/g, () => "，"],
];

export const CODES: Rule[] = [
  [
    "standard, GB/T 19001-2016",
    /\b([A-Z]{2,4})(\/[A-Z])?\s?(\d{3,}(?:\.\d+)?)-((?:19|20)\d{2})(?!\d)/g,
    (_, body = "", part = "", number = "", year = "") =>
      `${body}${part.replace("/", " ")} ${spell(number).replace(".", "点")}杠${spell(year)}`,
  ],
  ["version, 1.2.3", /(?<![\d.])\d+(?:\.\d+){2,}/g, (version = "") => spell(version).replaceAll(".", "点")],
  ["train, K2次", /(?<=[A-Z])\d{1,4}(?=次)/g, (number = "") => spell(number)],
  ["road or model, G206", /(?<=[A-Za-z])\d{3,}(?![\d.])/g, (number = "") => spell(number)],
  ["room, 301室", /(?<![\d.])\d{3,4}(?=室|房间|号房)/g, (number = "") => spell(number)],
];

/** Last of all: what no other rule has read. */
export const PLAIN: Rule[] = [
  ["two of something", new RegExp(`(?<![\\dA-Za-z.第])2(?=${MEASURE})`, "g"), () => "两"],
  ["number", new RegExp(NUMBER, "g"), (number = "") => spellNumber(number)],
];
