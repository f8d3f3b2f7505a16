import { createHash } from "node:crypto";

/**
 * Numbers from 0 up to 1 that are the same for the same words (mulberry32). Each purpose has a stream of its own, so that
 * how often one of them is asked moves none of the others.
 */
export function randomOf(...words: readonly (string | number)[]): () => number {
  let state = createHash("sha256").update(JSON.stringify(words)).digest().readUInt32BE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
