import { customPinyin, pinyin } from "pinyin-pro";
import { PARTICLES } from "./particles.ts";

// Readings that the surrounding words do not tell.
customPinyin({
  村村响: "cūn cūn xiǎng",
  重播: "chóng bō",
  三审: "sān shěn",
  行政村: "xíng zhèng cūn",
  村长: "cūn zhǎng",
  镇长: "zhèn zhǎng",
  还款: "huán kuǎn",
  播种: "bō zhǒng",
  重置: "chóng zhì",
  单县: "shàn xiàn",
});

/**
 * Hanzi as pinyin with tone numbers, which the voice `cmn-latn-pinyin` reads; Latin words stay as they are, and so does
 * full-width punctuation: at a plain full stop before a small letter espeak-ng makes no pause.
 */
export function toReadings(spokenText: string): string {
  // A heading has no full stop, and would run into the text below it.
  const sentences = spokenText.trim().replace(/(?<![，、。！？；：,.!?;:\s])\s*\n\s*/g, "。");
  const particles = particlesIn(sentences);
  let at = 0;
  return pinyin(sentences, { toneType: "num", type: "all", nonZh: "consecutive" })
    .map(({ origin, result }) => {
      const reading = particles.get(at) ?? result;
      at += origin.length;
      // The neutral tone: pinyin-pro's is 0, which the voice would stress; its own is 5.
      return reading.replace(/^(?<sound>[a-zü]+)0$/, "$<sound>5");
    })
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
}

/** By its place in the text, what the words around a character make of it. */
function particlesIn(text: string): Map<number, string> {
  const found = PARTICLES.flatMap(([, pattern, reading]) =>
    [...text.matchAll(pattern)].map(({ index }) => [index, reading] as const),
  );
  return new Map(found);
}
