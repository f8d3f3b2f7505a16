/** That somebody who is portrayed agrees to it: which days it covers, and what is missing. */

export interface Consent {
  id: string;
  /** The segment by its name; `null` of a session. */
  segment: string | null;
  /** Who, as the office calls them. */
  person: string;
  /** What it is for: 村村响广播, 播客… */
  scope: string;
  /** The last day that it covers, `2027-12-31` in the county; `null` without an end. */
  validUntil: string | null;
  /** Where the signed sheet is: a number, a shelf, an address. */
  document: string;
}

/** What of it keeps something off the air on some day. */
export interface ConsentGap {
  segment: string | null;
  problem: "missing" | "expired";
}

type Held = Pick<Consent, "segment" | "person" | "validUntil">;

/** For each person in a segment the last day that any of their consents covers. */
function lastDays(consents: readonly Held[]): { segment: string | null; lastDay: string | null }[] {
  const people = Map.groupBy(consents, ({ segment, person }) => JSON.stringify([segment, person.trim()]));
  return [...people.values()].map((held) => {
    const [first] = held;
    const lastDay = held
      .map(({ validUntil }) => validUntil)
      .reduce((latest, day) => (latest === null || day === null ? null : day > latest ? day : latest));
    return { segment: first?.segment ?? null, lastDay };
  });
}

/**
 * What is missing on a day: consents that have ended, and segments that have to have one and have none.
 * @param required segments that have to have one
 * @param day `2026-12-01`
 */
export function consentGaps(
  consents: readonly Held[],
  required: readonly string[],
  day: string,
): ConsentGap[] {
  const missing = required.filter((name) => !consents.some(({ segment }) => segment === name));
  const expired = lastDays(consents).filter(({ lastDay }) => lastDay !== null && lastDay < day);
  return [
    ...missing.map((segment) => ({ segment, problem: "missing" as const })),
    ...expired.map(({ segment }) => ({ segment, problem: "expired" as const })),
  ];
}
