/** Refusals a minute that are written singly: of one who is signed in, of one address, and of all strangers together. */
const OF_SOMEBODY = 60;
const OF_AN_ADDRESS = 10;
const OF_STRANGERS = 120;
/** Named in the entry that counts the others. */
const MAX_NAMED = 5;

export interface Uncounted {
  refusals: number;
  /** Those that asked most, with how often. */
  by: Record<string, number>;
}

/**
 * Keeps whoever is refused all day from filling the disk: within a minute the first refusals are written singly, the
 * others are counted.
 */
export function createRefusalQuota() {
  let written = new Map<string, number>();
  let strangers = 0;
  let counted = new Map<string, number>();
  const add = (to: Map<string, number>, who: string) => to.set(who, (to.get(who) ?? 0) + 1);

  return {
    /** Whether this one is written singly. @param who an id, or the address of a stranger */
    mayWrite(who: string, isStranger: boolean): boolean {
      const soFar = written.get(who) ?? 0;
      const isOver = isStranger ? soFar >= OF_AN_ADDRESS || strangers >= OF_STRANGERS : soFar >= OF_SOMEBODY;
      if (isOver) {
        // So many addresses are an attack, not people: their number says it.
        add(counted, counted.size < 1000 || counted.has(who) ? who : "others");
        return false;
      }
      add(written, who);
      if (isStranger) strangers += 1;
      return true;
    },
    /** Begins another minute; what was only counted in the one that ends, or `null`. */
    nextMinute(): Uncounted | null {
      const most = [...counted].toSorted(([, one], [, other]) => other - one);
      written = new Map();
      counted = new Map();
      strangers = 0;
      if (most.length === 0) return null;
      return {
        refusals: most.reduce((sum, [, times]) => sum + times, 0),
        by: Object.fromEntries(most.slice(0, MAX_NAMED)),
      };
    },
  };
}
