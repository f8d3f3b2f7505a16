/**
 * Administrative codes after GB/T 2260 and its 12-digit extension: 2 digits province, 4 city, 6 county, 9 town,
 * 12 village, the rest zeros. The prefix alone gives the ancestry, so a device needs no table to know its areas.
 */
export const REGION_LEVELS = ["province", "city", "county", "town", "village"] as const;
export type RegionLevel = (typeof REGION_LEVELS)[number];

const PREFIX_LENGTH: Record<RegionLevel, number> = { province: 2, city: 4, county: 6, town: 9, village: 12 };

export const REGION_CODE_PATTERN = "^[1-9][0-9]{11}$";
const regionCode = new RegExp(REGION_CODE_PATTERN);

export const isRegionCode = (code: string): boolean => regionCode.test(code);

/** The level that the trailing zeros give; the code must be well formed. */
export function levelOf(code: string): RegionLevel {
  const level = REGION_LEVELS.find((candidate) => /^0*$/.test(code.slice(PREFIX_LENGTH[candidate])));
  return level ?? "village";
}

/** On whose authority speaks what is for these areas: the highest of their levels; the county's for none. */
export function authorityOf(areas: readonly string[]): RegionLevel {
  const levels = new Set(areas.map(levelOf));
  return REGION_LEVELS.find((level) => levels.has(level)) ?? "county";
}

/** The code itself and each enclosing region, nearest first: `[village, town, county, city, province]`. */
export function selfAndAncestors(code: string): string[] {
  const depth = REGION_LEVELS.indexOf(levelOf(code));
  const codes = REGION_LEVELS.slice(0, depth + 1).map((level) =>
    code.slice(0, PREFIX_LENGTH[level]).padEnd(12, "0"),
  );
  // A city without counties has zeros in the middle, so two levels of its towns' codes are the same region.
  return [...new Set(codes.reverse())];
}

/** The enclosing region, or `null` for a province. */
export const parentOf = (code: string): string | null => selfAndAncestors(code)[1] ?? null;

/** Whether `code` is `area` or lies below it. */
export function isWithin(code: string, area: string): boolean {
  return code.startsWith(area.slice(0, PREFIX_LENGTH[levelOf(area)]));
}

/** The half-open range of codes inside `area`, for an index range scan: `from <= code AND code < before`. */
export function codeRange(area: string): { from: string; before: string } {
  const prefix = area.slice(0, PREFIX_LENGTH[levelOf(area)]);
  return { from: area, before: `${Number(prefix) + 1}`.padEnd(12, "0") };
}

/** Without the regions that lie inside another of the list, in order of code: what they name stays the same. */
export function outermost(codes: readonly string[]): string[] {
  return [...new Set(codes)]
    .filter((code) => !codes.some((other) => other !== code && isWithin(code, other)))
    .toSorted();
}
