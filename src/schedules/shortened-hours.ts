import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../clock.ts";
import { changedMeanwhile } from "../errors.ts";
import { type Apart, requireSecondPerson } from "../people/second-person.ts";
import type { QuietHours } from "../protocol/messages.ts";
import { localMomentOf } from "../protocol/quiet-hours.ts";
import { selfAndAncestors } from "../protocol/region-code.ts";
import { isBelowCounty } from "./county-wide.ts";
import type { ShortenedHours, ShortenedHoursStore } from "./shortened-hours-store.ts";
import { isShortened } from "./shorter-hours.ts";

export type { ShortenedHours } from "./shortened-hours-store.ts";

interface Dependencies {
  store: ShortenedHoursStore;
  access: Apart;
  clock: Clock;
  zone: string;
}

/**
 * A county's shorter quiet hours hold at once; for what takes two people they count as they were, until a second person has
 * confirmed them. So nobody makes a night short alone, and airs in it alone then.
 */
export function createShortenedHours({ store, access, clock, zone }: Dependencies) {
  let waiting: ShortenedHours[] = [];
  const load = (): void => void (waiting = store.all());
  load();
  const of = (area: string | null) => waiting.find(({ regionCode }) => regionCode === area);

  return {
    all: (): readonly ShortenedHours[] => waiting,
    /** After a transaction that failed. */
    load,

    /** Call it in the transaction that changes the hours of an area; `null` is the whole server. */
    note(
      area: string | null,
      { before, after }: { before: QuietHours[]; after: QuietHours[] },
      userId: string,
    ): void {
      if (area !== null && isBelowCounty(area)) return;
      const known = of(area);
      const agreed = known?.agreed ?? before;
      const now = clock.now();
      if (!isShortened(agreed, after, localMomentOf(zone, now).day)) store.remove(area);
      else if (!known || !isDeepStrictEqual(before, after)) {
        const by = new Set([...(known?.by ?? []).map(({ id }) => id), userId]);
        store.save({ regionCode: area, agreed, by: [...by], at: now });
      }
      load();
    },

    /** The hours that count for a region as they were. */
    agreedFor(regionCode: string): QuietHours[] {
      return [null, ...selfAndAncestors(regionCode)].flatMap((area) => of(area)?.agreed ?? []);
    },

    /**
     * Call it in a transaction.
     * @throws {AppError} `conflict` when there are none, or others than of `version`; `forbidden` for those who made them shorter
     */
    confirm(area: string | null, version: number, userId: string): void {
      const known = of(area);
      if (known && known.version !== version) {
        throw changedMeanwhile(
          "The quiet hours were changed again meanwhile.",
          "Look at them as they are now, and confirm those.",
        );
      }
      requireSecondPerson(
        { by: (known?.by ?? []).map(({ id }) => id), isWaiting: known !== undefined },
        userId,
        access,
      );
      store.remove(area);
      load();
    },
  };
}
export type ShortenedHoursService = ReturnType<typeof createShortenedHours>;
