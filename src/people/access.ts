/** How somebody was let in by another: what only that person knew is asked for no more. */
export const WAYS_IN = ["invitation", "second-factor", "provider"] as const;
export type WayIn = (typeof WAYS_IN)[number];

/** That somebody let another in. Instants are epoch ms. */
export interface GivenAccess {
  userId: string;
  givenBy: string;
  how: WayIn;
  at: number;
}

/** As far as it counts for who is another person. */
type Given = Pick<GivenAccess, "userId" | "givenBy" | "at">;

/**
 * In whose hand an account may be: its own person's, and of whoever let that one in, over any number of accounts between.
 * @param given what has settled left out
 * @returns each with since when, epoch ms, by what lasts longest; for the own infinity
 */
function handsOf(userId: string, given: readonly Given[]): Map<string, number> {
  const hands = new Map([[userId, Number.POSITIVE_INFINITY]]);
  // What is set anew moves to the end, and is visited again.
  for (const [holder, since] of hands)
    for (const { userId: id, givenBy, at } of given) {
      const known = hands.get(givenBy) ?? Number.NEGATIVE_INFINITY;
      const reached = Math.min(since, at);
      if (id !== holder || reached <= known) continue;
      hands.delete(givenBy);
      hands.set(givenBy, reached);
    }
  return hands;
}

/** Since when, epoch ms, two accounts may be in one hand; `null` when they are not. @param given as of `handsOf` */
export function inOneHandSince(one: string, other: string, given: readonly Given[]): number | null {
  const [hands, others] = [handsOf(one, given), handsOf(other, given)];
  const shared = [...hands].flatMap(([id, since]) => {
    const otherSince = others.get(id);
    return otherSince === undefined ? [] : Math.min(since, otherSince);
  });
  return shared.length === 0 ? null : Math.max(...shared);
}
