import { customPinyin, pinyin } from "pinyin-pro";

// Readings that the surrounding words do not tell.
customPinyin({ 村村响: "cūn cūn xiǎng", 重播: "chóng bō", 三审: "sān shěn", 行政村: "xíng zhèng cūn" });

/** As espeak-ng's punctuation: it pauses at these. */
const PAUSES: Record<string, string> = {
  "，": ",",
  "、": ",",
  "。": ".",
  "！": "!",
  "？": "?",
  "；": ";",
  "：": ",",
};

/** Hanzi as pinyin with tone numbers, which the voice `cmn-latn-pinyin` reads; Latin words stay as they are. */
export function toReadings(spokenText: string): string {
  return pinyin(spokenText, { toneType: "num", type: "array", nonZh: "consecutive" })
    .join(" ")
    .replace(/[，、。！？；：]/g, (sign) => PAUSES[sign] ?? " ")
    .replace(/\s+/g, " ")
    .trim();
}
