/** That somebody who is portrayed agrees to it: which days it covers, and what is missing. */

/** What is left of it when it is erased: that there was one. */
interface Kept {
  id: string;
  /** The segment by its name; `null` of a session. */
  segment: string | null;
  /** The last day that it covers, `2027-12-31` in the county; `null` without an end. */
  validUntil: string | null;
  /** The erased one that it takes the place of. */
  renews: string | null;
  /** Who recorded, changed or erased it last, by name, and when, epoch ms. */
  changedBy: string;
  changedAt: number;
}

/** What erasing takes away. */
export interface Portrayal {
  /** Who, as the office calls them. */
  person: string;
  /** What it is for: 村村响广播, 播客… */
  scope: string;
  /** Where the signed sheet is: a number, a shelf, an address. */
  document: string;
}

export type Consent = Kept & (Portrayal | { person: null; scope: null; document: null });

export const CONSENT_PROBLEMS = ["missing", "expired", "erased"] as const;
/** What of it keeps something off the air on some day. */
export interface ConsentGap {
  segment: string | null;
  /** `erased`: whoever agreed is not known any more, and no other consent was recorded in its place. */
  problem: (typeof CONSENT_PROBLEMS)[number];
}

type Held = Pick<Consent, "id" | "segment" | "person" | "validUntil" | "renews">;

/** The later of two last days; `null` is without an end. */
const later = (one: string | null, other: string | null): string | null =>
  one === null || other === null ? null : other > one ? other : one;

/** Of the same person in the same segment. */
export const isOfSame = (one: Held, other: Held): boolean =>
  one.person !== null && one.segment === other.segment && one.person.trim() === other.person?.trim();

/** Whether another one covers all that this one does. */
export const isCovered = (consent: Held, consents: readonly Held[]): boolean =>
  consents.some(
    (other) =>
      other.id !== consent.id &&
      isOfSame(consent, other) &&
      later(consent.validUntil, other.validUntil) === other.validUntil,
  );

/** For each person in a segment the last day that any of their consents covers. */
function lastDays(consents: readonly Held[]): { segment: string | null; lastDay: string | null }[] {
  const people = Map.groupBy(
    consents.filter(({ person }) => person !== null),
    ({ segment, person }) => JSON.stringify([segment, person?.trim()]),
  );
  return [...people.values()].map((held) => ({
    segment: held[0]?.segment ?? null,
    lastDay: held.map(({ validUntil }) => validUntil).reduce(later),
  }));
}

/**
 * What is missing on a day: consents that have ended, erased ones that nothing took the place of, and segments that have to
 * have one and have none.
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
  const erased = consents.filter(
    ({ id, person }) => person === null && !consents.some(({ renews }) => renews === id),
  );
  return [
    ...missing.map((segment) => ({ segment, problem: "missing" as const })),
    ...expired.map(({ segment }) => ({ segment, problem: "expired" as const })),
    ...erased.map(({ segment }) => ({ segment, problem: "erased" as const })),
  ];
}
