import { HOUR_MS, MINUTE_MS } from "../clock.ts";
import type { BroadcastClass, Policy, QuietHours } from "../protocol/messages.ts";
import { keepsQuietHours, localMomentOf, quietWindowAt, quietWindowWithin } from "../protocol/quiet-hours.ts";
import { levelOf, type RegionLevel, selfAndAncestors } from "../protocol/region-code.ts";
import { type CountedBy, partHeard, type Reach } from "./heard-part.ts";

/** What somebody wants to be heard. */
export interface IntendedSound extends Reach {
  /** The announcement's or the schedule's; `null` before it is there. */
  id: string | null;
  class: BroadcastClass;
  silent: boolean;
  /** The ids of whoever had a part in asking for it. */
  by: readonly string[];
}

/** What was set to be heard in a span, epoch ms, and confirmed by nobody. */
export interface SetAlone extends Reach {
  class: BroadcastClass;
  from: number;
  until: number;
}

/** @param of who set any of it, counted with those in one hand with them, and what is left out of it. Of a span, epoch ms. */
export type FindSetAlone = (
  of: { by: readonly string[]; except: string | null },
  from: number,
  until: number,
) => SetAlone[];

/**
 * Tells of a span (epoch ms) in which something may sound the quiet hours of a county that most of it would hear it in, with
 * what else those who ask for it, or are in one hand with them, set alone within `ONE_NIGHT_MS`: it takes a second person for those. `null` when it takes none.
 * Emergencies, which take two people at any hour, meet none here. What is daily is refused in the hours that hold: it meets those
 * that were made shorter, until a second person has confirmed that, and is judged by its start, as devices judge it.
 */
export type QuietHoursMetBy = (sound: IntendedSound) => (from: number, until: number) => QuietHours | null;

interface Dependencies extends CountedBy {
  policy: { effective(regionCode: string): Policy; agreed(regionCode: string): Policy };
  setAlone: FindSetAlone;
  /** More than this part of a county is heard as the county. */
  percent: number;
}

/** What the lead of a start, the words around a drill and a cut of the speaker's link may add. */
const MARGIN_MS = 30_000;
/** What lies no further apart than this may be of one night, however long that is. */
export const ONE_NIGHT_MS = 12 * HOUR_MS;

export function createQuietHoursMetBy(deps: Dependencies): QuietHoursMetBy {
  const { regions, policy, setAlone, percent } = deps;

  function windowOf(county: string, of: BroadcastClass, from: number, until: number): QuietHours | null {
    const agreed = policy.agreed(county);
    if (!keepsQuietHours(of)) return quietDuring(agreed, from, until + MARGIN_MS);
    const effective = policy.effective(county);
    if (agreed === effective || quietWindowAt(effective, from)) return null;
    return quietWindowAt(agreed, from) ?? null;
  }

  return (sound) => {
    if (sound.class === "emergency" || sound.silent) return () => null;
    const counties = countiesOf(sound.areas, regions);
    const isMost = (county: string, sounds: readonly Reach[]) =>
      partHeard(county, sounds, deps) * 100 > percent;
    const alone = new Map<string, boolean>();
    function isMostAlone(county: string): boolean {
      const is = alone.get(county) ?? isMost(county, [sound]);
      alone.set(county, is);
      return is;
    }
    function isMostTogether(county: string, from: number, until: number): boolean {
      const of = { by: sound.by, except: sound.id };
      const others = setAlone(of, from - ONE_NIGHT_MS, until + ONE_NIGHT_MS).filter(
        (other) => windowOf(county, other.class, other.from, other.until) !== null,
      );
      return others.length > 0 && isMost(county, [sound, ...others]);
    }
    return (from, until) => {
      for (const county of counties) {
        const window = windowOf(county, sound.class, from, until);
        if (window && (isMostAlone(county) || isMostTogether(county, from, until))) return window;
      }
      return null;
    };
  };
}

const BELOW_COUNTY: readonly RegionLevel[] = ["town", "village"];
export const isBelowCounty = (code: string): boolean => BELOW_COUNTY.includes(levelOf(code));
/** Its county; of a city without counties the city. */
const countyOf = (code: string): string =>
  selfAndAncestors(code).find((each) => !isBelowCounty(each)) ?? code;

/** Every county in which any of the areas lies, or that lies in one of them. */
function countiesOf(areas: readonly string[], regions: CountedBy["regions"]): Set<string> {
  return new Set(
    [...new Set(areas.map(countyOf))].flatMap((area) => {
      const inside = regions.within(area, "county").map(({ code }) => code);
      return inside.length > 0 ? inside : [area];
    }),
  );
}

/** The first quiet window that holds any part of a span, both ends epoch ms. */
export const quietDuring = (policy: Policy, from: number, until: number): QuietHours | null =>
  quietWindowAt(policy, from) ??
  quietWindowWithin(policy, localMomentOf(policy.zone, from), (until - from) / MINUTE_MS) ??
  null;
