import { execFileSync } from "node:child_process";
import { pinyin } from "pinyin-pro";

/**
 * Speaks Mandarin into a WAV file (22.05 kHz mono) with the offline voice of espeak-ng. The voice reads pinyin with
 * tone numbers well and most hanzi badly, so it is given the readings.
 */
export function speak(text: string, file: string): void {
  const readings = pinyin(text, { toneType: "num", type: "array", nonZh: "consecutive" }).join(" ");
  execFileSync("espeak-ng", ["-v", "cmn-latn-pinyin", "-s", "150", "-w", file, readings]);
}
