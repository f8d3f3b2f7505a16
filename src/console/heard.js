import { currentUser } from "./api.js";

/**
 * How much of each file somebody has heard on this page; kept for as long as its tab is open. What the server has sent at
 * most was heard; this knows what the player skipped, too.
 */

/** @typedef {[fromMs: number, toMs: number]} Stretch */

/** A player's clock is no sample counter, and the last frame of a file may be silent. */
const TOLERANCE_MS = 1000;

/** @param {string} sha256 */
const keyOf = (sha256) => `ccx-heard ${currentUser()?.id ?? ""} ${sha256}`;

/** @param {string} sha256 @returns {Stretch[]} */
function stored(sha256) {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(sha256)) ?? "[]");
  } catch {
    return []; // storage may be switched off; then a reload begins anew
  }
}

/** Stretches in order, joined where they touch. @param {Stretch[]} stretches @returns {Stretch[]} */
export function joined(stretches) {
  /** @type {Stretch[]} */
  const result = [];
  for (const [from, to] of [...stretches].sort((one, other) => one[0] - other[0])) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** @param {Stretch[]} stretches @param {number} durationMs */
export function heardMs(stretches, durationMs) {
  const sum = joined(stretches).reduce((total, [from, to]) => total + Math.min(to, durationMs) - from, 0);
  return durationMs - sum <= TOLERANCE_MS ? durationMs : Math.max(0, sum);
}

/** The server says that it counts no more: the next page begins anew. @param {string} sha256 */
export function forgetHeard(sha256) {
  try {
    sessionStorage.removeItem(keyOf(sha256));
  } catch {
    // as above
  }
}

/** Keeps what a player has played. @param {string} sha256 */
export function createHeard(sha256) {
  const before = stored(sha256);
  /** @type {Stretch[]} */
  let all = before;
  return {
    /** @param {TimeRanges} played */
    note(played) {
      const now = Array.from(
        { length: played.length },
        (_, index) => /** @type {Stretch} */ ([played.start(index) * 1000, played.end(index) * 1000]),
      );
      all = joined([...before, ...now]);
      try {
        sessionStorage.setItem(keyOf(sha256), JSON.stringify(all));
      } catch {
        // as above
      }
    },
    /** @param {number} durationMs */
    ms: (durationMs) => heardMs(all, durationMs),
  };
}
