import { createStore, type Store } from "./store.ts";

/** Below this for so long nobody is speaking, or the microphone is switched off. */
const SILENCE = 0.01;
const SILENT_AFTER_MS = 3000;
/** Steps of the meter; speech at a good distance reaches the upper third. */
export const QUIETEST_DB = -50;
export const LOUD_DB = -3;

interface Loudness {
  /** Of full scale, never below the meter. */
  decibels: number;
  warning: "voice.tooLoud" | "voice.silent" | null;
}

export type Level = Store<Loudness> & {
  /** @param peak 0 to 1 of full scale */
  show: (peak: number) => void;
};

/** How loud a microphone is. */
export function createLevel(): Level {
  let heardAt = performance.now();
  const store = createStore<Loudness>({ decibels: QUIETEST_DB, warning: null });
  return {
    ...store,
    show(peak) {
      const now = performance.now();
      if (peak > SILENCE) heardAt = now;
      const decibels = Math.max(QUIETEST_DB, 20 * Math.log10(Math.max(peak, 1e-6)));
      const isSilent = now - heardAt > SILENT_AFTER_MS;
      store.set({
        decibels,
        warning: decibels > LOUD_DB ? "voice.tooLoud" : isSilent ? "voice.silent" : null,
      });
    },
  };
}
