import { NUMBER, type Rule, spellNumber } from "./spoken-numbers.ts";

const number = (text = ""): string => spellNumber(text);
const TO = "\\s*(?:[-–—]+|[~～]+|至|到)\\s*";
/** After these, and where nothing is written before it, a dash is a sign. */
const SIGNED = "(?<=^|[\\s，、。；：:(]|同比|环比|增长|增速|气温|温度|最低|最高|低至|[为是约达到至~～])";
const DEGREES = "\\s*(?:摄氏度|度)";

export const UNITS: Rule[] = [
  [
    "power, 10³",
    new RegExp(`(${NUMBER})\\^(\\d)`, "g"),
    (_, base, power) => `${number(base)}的${number(power)}次方`,
  ],
  ["yuan", new RegExp(`¥\\s*(${NUMBER})([万亿]?)元?`, "g"), (_, sum = "", times = "") => `${sum}${times}元`],
  [
    "dollars",
    new RegExp(`\\$\\s*(${NUMBER})([万亿]?)`, "g"),
    (_, sum = "", times = "") => `${sum}${times}美元`,
  ],
  ["km/h", /(?<=\d)\s*(?:km\/h|公里\/小时)(?![A-Za-z])/gi, () => "公里每小时"],
  ["km", /(?<=\d)\s*km(?![A-Za-z])/gi, () => "公里"],
  ["kg", /(?<=\d)\s*kg(?![A-Za-z])/gi, () => "公斤"],
  ["cm", /(?<=\d)\s*cm(?![A-Za-z])/gi, () => "厘米"],
  ["mm", /(?<=\d)\s*mm(?![A-Za-z])/gi, () => "毫米"],
  ["per, 5元/斤", /(?<=\d\s*(?:[元斤吨米升]|公斤|公里|毫米))\/(?=\p{Script=Han})/gu, () => "每"],
  ["degrees", /(?<=\d)\s*°C/g, () => "摄氏度"],
  ["m", /(?<=\d)\s*m(?![A-Za-z])/g, () => "米"],
];

export const QUANTITIES: Rule[] = [
  [
    "below zero",
    new RegExp(`${SIGNED}[-−](${NUMBER})(?=(?:${TO}[-−]?${NUMBER})?${DEGREES})`, "g"),
    (_, degrees) => `零下${number(degrees)}`,
  ],
  [
    "percentages below zero, -5%~-2%",
    new RegExp(`${SIGNED}[-−](${NUMBER})%?${TO}([-−]?)(${NUMBER})\\s*%`, "g"),
    (_, from, sign, to) => `负百分之${number(from)}到${sign === "" ? "" : "负"}百分之${number(to)}`,
  ],
  [
    "percentages, 5%-10%",
    new RegExp(`(${NUMBER})%?${TO}(${NUMBER})\\s*%`, "g"),
    (_, from, to) => `百分之${number(from)}到百分之${number(to)}`,
  ],
  [
    "negative percentage",
    new RegExp(`${SIGNED}[-−](${NUMBER})\\s*%`, "g"),
    (_, part) => `负百分之${number(part)}`,
  ],
  ["percentage", new RegExp(`(${NUMBER})\\s*%`, "g"), (_, part) => `百分之${number(part)}`],
  ["per mille", new RegExp(`(${NUMBER})\\s*‰`, "g"), (_, part) => `千分之${number(part)}`],
  [
    "fraction",
    /(?<![\d.])(\d{1,4})[/⁄](\d{1,4})(?![\d.])/g,
    (_, part, whole) => `${number(whole)}分之${number(part)}`,
  ],
  ["ratio", /(\d+)[:：](\d+)/g, (_, one, other) => `${number(one)}比${number(other)}`],
  ["negative", new RegExp(`${SIGNED}[-−](?=\\d)`, "g"), () => "负"],
  // Between two numbers a dash is "to", whatever is counted.
  [
    "range",
    /(?<=[\d零一二三四五六七八九十百千万点分日月年度号元人个米岁时楼])\s*[-–—~～]+\s*(?=[\d零一二三四五六七八九十百负])/g,
    () => "到",
  ],
];
