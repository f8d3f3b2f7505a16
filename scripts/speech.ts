import { createEspeakEngine } from "../src/speech/espeak-engine.ts";
import { toSpokenText } from "../src/speech/spoken-text.ts";

/** Speaks Mandarin into a WAV file (22.05 kHz mono) with the offline voice. */
export const speak = (text: string, file: string): Promise<void> =>
  createEspeakEngine("espeak-ng").speak(toSpokenText(text), file, new AbortController().signal);
