import { type Rule, spellForTelephone } from "./spoken-numbers.ts";

const SERVICES =
  "110|119|120|122|12110|12119|12122|12123|12305|12309|12315|12316|12317|12320|12329|12333|12345|12348|12350|12351|12355|12356|12366|12369|12380|12385|12388|12393|95598|96110";
const CALL = "热线|报警|举报|电话|拨打|致电|求助|急救|火警|咨询|投诉";
/** What is counted is no number to call: 接到举报110件. */
const NO_COUNT = "(?![\\d.%人件次个起名户元条])";
const AND = "[、，,/或和及]";

/** China's own prefix: nobody in a village dials it. */
const COUNTRY = "(?:(?:\\+|00)86[- ]?)";

/** A pause where the number is parted: by dashes, spaces or brackets. */
const inGroups = (number = ""): string =>
  spellForTelephone(number.replace(/[-() ]+/g, "，").replace(/^，/, ""));
/** As it is dialled within the country: without its prefix, and with the zero before an area code. */
const atHome = (number = ""): string => {
  const rest = number.replace(/^(?:\+|00)?86[- ]?(?:\(0\))?/, "");
  return inGroups(
    rest === number || /^\(?0|^1[3-9]\d[- ]?\d{4}[- ]?\d{4}$/.test(rest) ? rest : rest.replace(/\d/, "0$&"),
  );
};

export const TELEPHONES: Rule[] = [
  [
    "mobile",
    new RegExp(`(?<![\\d.+])(?:${COUNTRY}|86[- ]?)?1[3-9]\\d[- ]?\\d{4}[- ]?\\d{4}(?!\\d)`, "g"),
    atHome,
  ],
  [
    "with the country's prefix, +86 536 5221234",
    new RegExp(
      `(?<![\\d.])${COUNTRY}(?:\\(0\\)[- ]?)?\\(?0?(?:10|2\\d|[3-9]\\d{2})\\)?[- ]?\\d{3,4}[- ]?\\d{4}(?!\\d)`,
      "g",
    ),
    atHome,
  ],
  ["400 and 800", /(?<![\d.])[48]00(?:[- ]?\d{3}[- ]?\d{4}|-\d{4}-\d{3})(?!\d)/g, inGroups],
  [
    "with an area code",
    /(?<![\d.])(?:\(0\d{2,3}\)|0\d{2,3})[- ]?\d{3,4}[- ]?\d{4}(?:-\d{1,5})?(?!\d)/g,
    inGroups,
  ],
  [
    "called by its name, 电话：5221234",
    new RegExp(
      `(?<=(?:电话|热线|拨打|手机|号码)[^\\d。，]{0,3})\\d{3,12}(?:${AND}\\d{3,12})*${NO_COUNT}`,
      "g",
    ),
    spellForTelephone,
  ],
  [
    "service after a word, 报警请打110",
    new RegExp(
      `(?<=(?:${CALL})[^\\d。，]{0,4})(?:${SERVICES})(?!\\d)(?:${AND}(?:${SERVICES})(?!\\d))*${NO_COUNT}`,
      "g",
    ),
    spellForTelephone,
  ],
  [
    "service before a word, 12345热线",
    new RegExp(`(?<![\\d.])(?:${SERVICES})(?=[^\\d。，]{0,4}(?:${CALL}))${NO_COUNT}`, "g"),
    spellForTelephone,
  ],
];
