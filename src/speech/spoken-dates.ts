import { type Rule, spell, spellNumber } from "./spoken-numbers.ts";

const plain = (number: string): string => spellNumber(String(Number(number)));

function clockTime(hour: string, minute: string, second: string): string {
  const hours = Number(hour) === 2 ? "两" : plain(hour);
  const isFull = Number(minute) === 0 && Number(second) === 0;
  const minutes = isFull ? "" : `${Number(minute) > 0 && Number(minute) < 10 ? "零" : ""}${plain(minute)}分`;
  const seconds = Number(second) === 0 ? "" : `${plain(second)}秒`;
  return `${hours}点${minutes}${seconds}`;
}

const MONTH = "(0?[1-9]|1[0-2])";
const DAY = "(0?[1-9]|[12]\\d|3[01])";

export const DATES: Rule[] = [
  [
    "years, 2025-2026学年",
    /(?<!\d)(\d{4})年?\s*[-–—~至到]\s*(\d{4})(?=学?年)/g,
    (_, from = "", to = "") => `${spell(from)}到${spell(to)}`,
  ],
  [
    "date, 2026-12-01",
    new RegExp(`(?<!\\d)(\\d{4})([-/.])${MONTH}\\2${DAY}(?!\\d)(?:T(?=\\d))?`, "g"),
    (_, year = "", _sign, month = "", day = "") => `${spell(year)}年${plain(month)}月${plain(day)}日`,
  ],
  [
    "month, 2026-11",
    new RegExp(`(?<![\\d-])((?:19|20)\\d{2})[-/]${MONTH}(?![\\d./-]|[个人元名户])`, "g"),
    (_, year = "", month = "") => `${spell(year)}年${plain(month)}月`,
  ],
  ["year", /(?<!\d)\d{4}(?=年)/g, (year = "") => spell(year)],
  ["leading zero, 05日", /(?<!\d)0(?=\d[月日时点])/g, () => ""],
  [
    "ratio by its name, 比例1:10",
    /(?<=比[例分为]?[为是]?\s*)(\d+)[:：](\d+)/g,
    (_, one = "", other = "") => `${spellNumber(one)}比${spellNumber(other)}`,
  ],
  [
    "time, 18:30",
    /(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?:[:：]([0-5]\d))?(?!\d)/g,
    (_, hour = "", minute = "", second = "0") => clockTime(hour, minute, second),
  ],
];
