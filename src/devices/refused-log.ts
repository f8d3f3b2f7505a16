import { MINUTE_MS } from "../clock.ts";

const EVERY_MS = 10 * MINUTE_MS;
/** So many addresses are an attack, not devices; they share one line. */
const MAX_KNOWN = 1000;

/** Says when a refusal is written to the log: a device that was revoked goes on asking for months. */
export function createRefusedLog() {
  const known = new Map<string, { since: number; unwritten: number }>();

  return {
    /**
     * @param who whose refusals count together
     * @param now ms of a clock that nobody sets
     * @returns how many were not written since the last line, or `null` when this one is not written either
     */
    unwrittenSince(who: string, now: number): number | null {
      const key = known.has(who) || known.size < MAX_KNOWN ? who : "others";
      const last = known.get(key);
      if (last && now - last.since < EVERY_MS) {
        last.unwritten += 1;
        return null;
      }
      for (const [each, { since }] of known) if (now - since >= EVERY_MS) known.delete(each);
      known.set(key, { since: now, unwritten: 0 });
      return last?.unwritten ?? 0;
    },
  };
}
