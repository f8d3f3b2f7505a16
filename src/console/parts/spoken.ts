import { speak } from "../resources.js";
import { createStore, type Store } from "./store.ts";

/** A text and the server's voice for it. It counts only after it was heard to the end, and only as it was heard. */

export interface Speech {
  sha256: string;
  url: string;
  durationMs: number;
  engine: string;
  spokenText: string;
}

interface Spoken {
  text: string;
  isSpeaking: boolean;
  speech: Speech | null;
  /** Whether it has not begun to sound by itself yet, which it does once. */
  isNew: boolean;
  isHeard: boolean;
  problem: unknown;
}
export type SpokenStore = Store<Spoken>;

const UNSPOKEN = { speech: null, isNew: true, isHeard: false, problem: null };

export const createSpoken = (text = ""): SpokenStore =>
  createStore<Spoken>({ text, isSpeaking: false, ...UNSPOKEN });

/** What was heard was another text. */
export const write = (spoken: SpokenStore, text: string): void => spoken.set({ text, ...UNSPOKEN });

export async function letSpeak(spoken: SpokenStore): Promise<void> {
  const { text } = spoken.get();
  const ifSame = (changes: Partial<Spoken>) => spoken.get().text === text && spoken.set(changes);
  spoken.set({ isSpeaking: true, ...UNSPOKEN });
  try {
    const speech: Speech = await speak(text);
    ifSame({ speech });
  } catch (problem) {
    ifSame({ problem });
  } finally {
    spoken.set({ isSpeaking: false });
  }
}

/** What can be aired of it. */
export const heardSpeech = ({ speech, isHeard }: Spoken): Speech | null => (isHeard ? speech : null);
