interface Season {
  /** `MM-DD`, both included. */
  from: string;
  until: string;
}

/** Until the 28th of February is until its end, in a leap year too. */
export const lastDayOf = ({ until }: Season): string => (until === "02-28" ? "02-29" : until);

/** The season that holds a date (`YYYY-MM-DD`): its index, −1 for none. */
export function seasonOn(seasons: readonly Season[], date: string): number {
  const monthDay = date.slice(5);
  return seasons.findIndex((season) => {
    const { from } = season;
    const until = lastDayOf(season);
    return from <= until ? monthDay >= from && monthDay <= until : monthDay >= from || monthDay <= until;
  });
}

/** The times of a date: those of the first season that holds it, else the usual ones. */
export function timesOnDate(
  { times, seasons = [] }: { times: string[]; seasons?: readonly (Season & { times: string[] })[] },
  date: string,
): string[] {
  return seasons[seasonOn(seasons, date)]?.times ?? times;
}
