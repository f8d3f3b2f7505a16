/** How long the rest takes, by what went through in the last seconds: a link of a village is fast one minute and slow the next. */

const LOOKS_BACK_MS = 15_000;
/** The first bytes only fill buffers on the way. */
const KNOWS_AFTER_MS = 2000;

/** @param {() => number} now ms of a clock that never jumps */
export function createPace(now) {
  /** @type {{ at: number, bytes: number }[]} */
  let marks = [];
  return {
    /** After a pause or a cut: what was before it says nothing. */
    restart() {
      marks = [];
    },
    /** @param {number} sentBytes @param {number} totalBytes @returns {number | null} ms, or `null` while nobody knows */
    leftMs(sentBytes, totalBytes) {
      const at = now();
      const kept = marks.findIndex((mark) => mark.at >= at - LOOKS_BACK_MS);
      marks = kept < 0 ? [] : marks.slice(kept);
      marks.push({ at, bytes: sentBytes });
      const [first = { at, bytes: sentBytes }] = marks;
      const bytes = sentBytes - first.bytes;
      if (at - first.at < KNOWS_AFTER_MS || bytes <= 0) return null;
      return ((totalBytes - sentBytes) * (at - first.at)) / bytes;
    },
  };
}
