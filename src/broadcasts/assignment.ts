import type { Content } from "../programmes/content.ts";

/** A date on which a schedule airs. `fixed` is set when one of its times is past changing. */
export interface AirDate {
  date: string;
  fixed: { contentId: string; number: number } | null;
}

/**
 * The policy "next approved in order": each date gets the approved content with the lowest number above that of every
 * earlier date; all times of one date share it. Dates beyond the supply get `null`.
 *
 * @param dates in order
 * @param approved in order of number, at least all above `lastAired`
 * @param lastAired the highest number that this schedule has aired before the first date; 0 for none
 */
export function assignNextApproved(
  dates: AirDate[],
  approved: Content[],
  lastAired: number,
): Map<string, Content | null> {
  const assigned = new Map<string, Content | null>();
  let last = lastAired;
  for (const { date, fixed } of dates) {
    const content = fixed
      ? (approved.find(({ id }) => id === fixed.contentId) ?? null)
      : (approved.find(({ number }) => number > last) ?? null);
    assigned.set(date, content);
    last = Math.max(last, fixed?.number ?? content?.number ?? 0);
  }
  return assigned;
}
