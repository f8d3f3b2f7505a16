import { parentOf, type RegionLevel, selfAndAncestors } from "../protocol/region-code.ts";

/** Where something is heard: areas, each with everything below it, but for what is excluded. */
export interface Reach {
  areas: readonly string[];
  exclude: readonly string[];
}

/** What a county's hearers are counted by. */
export interface CountedBy {
  regions: { within(area: string, level: RegionLevel): { code: string }[] };
  /** Its devices that nobody has added just now, by where they stand. */
  settledDevices: (county: string) => { regionCode: string; devices: number }[];
}

/**
 * Which part of a county hears any of some sounds, from 0 to 1: of its devices, or of its villages where that is more, so that
 * neither villages that are on paper alone nor devices that were enrolled for it make it less. Groups, tags and kinds of device
 * are no matter: nobody escapes two people by them.
 */
export function partHeard(county: string, sounds: readonly Reach[], by: CountedBy): number {
  const heard = sounds.map(({ areas, exclude }) => ({ named: new Set(areas), left: new Set(exclude) }));
  const lies = (place: string, within: ReadonlySet<string>) =>
    selfAndAncestors(place).some((code) => within.has(code));
  const isHeard = (place: string) =>
    heard.some(({ named, left }) => lies(place, named) && !lies(place, left));
  return Math.max(ofVillages(county, isHeard, by), ofDevices(county, isHeard, by));
}

/** A town of which no village is known counts as one. */
function ofVillages(
  county: string,
  isHeard: (place: string) => boolean,
  { regions }: Pick<CountedBy, "regions">,
): number {
  const villages = regions.within(county, "village").map(({ code }) => code);
  const withVillages = new Set(villages.map(parentOf));
  const towns = regions.within(county, "town").map(({ code }) => code);
  const places = [...villages, ...towns.filter((town) => !withVillages.has(town))];
  if (places.length === 0) return isHeard(county) ? 1 : 0;
  return places.filter(isHeard).length / places.length;
}

function ofDevices(
  county: string,
  isHeard: (place: string) => boolean,
  { settledDevices }: Pick<CountedBy, "settledDevices">,
): number {
  const there = settledDevices(county);
  const count = (places: typeof there) => places.reduce((sum, { devices }) => sum + devices, 0);
  const all = count(there);
  return all === 0 ? 0 : count(there.filter(({ regionCode }) => isHeard(regionCode))) / all;
}
