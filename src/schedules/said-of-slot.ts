interface Slot {
  date: string;
  time: string;
}

const isAt =
  ({ date, time }: Slot) =>
  (each: { date: string; time?: string }): boolean =>
    each.date === date && (each.time === undefined || each.time === time);

/**
 * What a definition says of one slot, the one answer of planning, explanations and the console: an extra date that is
 * exactly there, else the exception for it or for all times of its date.
 */
export function saidOfSlot<E extends { date: string; time?: string } = never, X extends Slot = never>(
  { exceptions = [], extraDates = [] }: { exceptions?: readonly E[]; extraDates?: readonly X[] },
  slot: Slot,
): E | X | undefined {
  return extraDates.find(isAt(slot)) ?? exceptions.find(isAt(slot));
}
