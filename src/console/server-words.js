import { currentLanguage, knows, t, term } from "./i18n.js";
import { SENTENCES, WORDS } from "./sentences-zh.js";

/**
 * The server explains itself in English sentences. They are shown in the language of the console; one that is not known
 * is shown as it came, which is better than hiding it.
 */

/** @param {string} text */
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What says most comes first, as `{} failed: {}` fits much. @type {[RegExp, string][]} */
const PATTERNS = Object.entries(SENTENCES)
  .sort(([one], [other]) => other.length - one.length)
  .map(([english, chinese]) => [
    new RegExp(`^${english.split("{}").map(literal).join("([^]*?)")}$`),
    chinese,
  ]);

/** @param {string} text @returns {string | null} */
function inChinese(text) {
  const word = WORDS[text];
  if (word !== undefined) return word;
  for (const [pattern, chinese] of PATTERNS) {
    const values = pattern.exec(text)?.slice(1);
    if (values) return chinese.replace(/\{(\d+)\}/g, (_, index) => valueText(values[index] ?? ""));
  }
  return null;
}

/** A value may be a profile's name, or a sentence whose full stop is that of the whole. @param {string} value */
function valueText(value) {
  const text = value
    .split("\n")
    .map(
      (line) =>
        inChinese(line) ??
        inChinese(`${line}.`)?.replace(/。$/, "") ??
        wordsIn(line) ??
        sentencesIn(line) ??
        line,
    )
    .join("\n");
  return term("profile", text);
}

/** A list of words, such as roles. @param {string} line @returns {string | null} */
function wordsIn(line) {
  const words = line.split(", ").map((word) => WORDS[word]);
  return words.includes(undefined) ? null : words.join("、");
}

/** Between sentences, and before the advice that follows ffmpeg's own words. */
const SEAM =
  /(?<=[.!?]) (?=[A-Z])| (?=Retry; if|It takes far longer|The server's (?:disk|ffmpeg)|The file is damaged: export)/;

/**
 * A reason is often followed by what to do.
 * @param {string} line
 * @returns {string | null} `null` when nothing in it is known
 */
function sentencesIn(line) {
  const parts = line.replace(/\.\.$/, ".").split(SEAM);
  const texts = [];
  let known = false;
  for (let at = 0; at < parts.length; ) {
    let until = at + 1;
    // A sentence of the list may consist of two; the shortest that is known leaves the next one whole.
    while (until < parts.length && inChinese(parts.slice(at, until).join(" ")) === null) until += 1;
    const chinese = inChinese(parts.slice(at, until).join(" "));
    texts.push(chinese ?? `${parts[at]} `);
    known ||= chinese !== null;
    at = chinese === null ? at + 1 : until;
  }
  return known ? texts.join("").trimEnd() : null;
}

/**
 * Why a broadcast is not ready, was missed or cancelled; why a recording can't be approved.
 * @param {string} text
 */
export const reasonText = (text) =>
  currentLanguage() === "en" ? text.charAt(0).toUpperCase() + text.slice(1) : sentence(text);

/**
 * Why a device did not play to the end: `type: reason`, as its last record says.
 * @param {string} text
 */
export function endingText(text) {
  const match = /^(\w+): ([^]*)$/.exec(text);
  const [, type = "", why = ""] = match ?? [];
  if (!knows(`ending.${type}`)) return text;
  if (why === "no reason given") return t(`ending.${type}`, { why: t("why.none") });
  return t(`ending.${type}`, { why: knows(`why.${why}`) ? t(`why.${why}`) : why });
}

/**
 * A sentence of a problem document, or of a failed job with ffmpeg's last words.
 * @param {string} text
 * @returns {string}
 */
export function sentence(text) {
  if (currentLanguage() === "en") return text;
  return text
    .split("\n")
    .map((line) => {
      const known = sentencesIn(line);
      if (known !== null) return known;
      // What is wrong with a segment or a field comes after its name.
      const named = /^([^:]+): (.+)$/.exec(line);
      const why = named && inChinese(named[2] ?? "");
      return why ? `${named[1]}：${why}` : line;
    })
    .join("\n");
}
