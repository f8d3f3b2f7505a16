import { el, fill } from "./dom.js";
import { t } from "./i18n.js";

/** Below this for so long nobody is speaking, or the microphone is switched off. */
const SILENCE = 0.01;
const SILENT_AFTER_MS = 3000;
/** Steps of the meter; speech at a good distance reaches the upper third. */
const QUIETEST_DB = -50;
const LOUD_DB = -3;

/** @param {number} peak @returns {number} dB of full scale, never below the meter */
const decibels = (peak) => Math.max(QUIETEST_DB, 20 * Math.log10(Math.max(peak, 1e-6)));

/** How loud it is, by a bar and in words. */
export function levelMeter() {
  const bar = el("meter", {
    min: QUIETEST_DB,
    max: 0,
    low: -35,
    high: LOUD_DB,
    optimum: -15,
    value: QUIETEST_DB,
    "aria-label": () => t("voice.level"),
  });
  const word = el("span", { class: "hint level-word", role: "status" });
  let shown = "";
  let heardAt = performance.now();
  return {
    element: el("span", { class: "level" }, bar, word),
    /** @param {number} peak */
    show(peak) {
      const now = performance.now();
      if (peak > SILENCE) heardAt = now;
      bar.value = decibels(peak);
      const isLoud = decibels(peak) > LOUD_DB;
      const key = isLoud ? "voice.tooLoud" : now - heardAt > SILENT_AFTER_MS ? "voice.silent" : "";
      if (key === shown) return;
      shown = key;
      if (key === "") fill(word);
      else fill(word, () => t(key));
    },
  };
}
