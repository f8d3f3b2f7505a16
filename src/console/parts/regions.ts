/** Administrative codes after GB/T 2260: what a code begins with begins the codes of all that lies in it. */

const LEVELS: [zeros: RegExp, level: string][] = [
  [/0{10}$/, "province"],
  [/0{8}$/, "city"],
  [/0{6}$/, "county"],
  [/000$/, "town"],
];

/** What a code ends with says what it is the code of. */
export const levelOf = (code: string): string => LEVELS.find(([zeros]) => zeros.test(code))?.[1] ?? "village";

const prefixOf = (code: string): string => code.replace(/(0{10}|0{8}|0{6}|000)$/, "");

export const isWithin = (code: string, area: string): boolean => code.startsWith(prefixOf(area));

export interface Area {
  regions: readonly string[];
  exclude: readonly string[];
}

/** How far a target reaches into a region: all of it, some parts, or not at all. */
export function reachOf({ regions, exclude }: Area, region: string): "all" | "part" | "none" {
  if (exclude.some((area) => isWithin(region, area))) return "none";
  const isPartLeftOut = exclude.some((area) => isWithin(area, region));
  if (regions.some((area) => isWithin(region, area))) return isPartLeftOut ? "part" : "all";
  return regions.some((area) => isWithin(area, region)) ? "part" : "none";
}
