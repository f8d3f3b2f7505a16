import type { ScheduleDefinition } from "../api-types.ts";

/** Whom something is for, as somebody would say it: `全市喇叭（不含东村）`. */

type Targets = ScheduleDefinition["targets"];
/** A text by its key: what `t` of i18next is. */
export type Say = (key: string, values?: Record<string, string | number>) => string;
/** The name of a region by its code. */
export type NameOf = (code: string) => string;

/** More than so many are only counted. */
const LISTED = 4;

export const joined = (t: Say, words: readonly string[]): string => words.join(t("list.comma"));

export function countedOr(
  t: Say,
  words: string[],
  counted: (count: number) => string,
  listed = LISTED,
): string {
  return words.length > listed ? counted(words.length) : joined(t, words);
}

const regionWords = (t: Say, code: string, nameOf: NameOf): string =>
  /^\d{4}(?!00)\d\d0{6}$/.test(code) ? t("rule.county") : nameOf(code);

/** The regions of which a sentence says the names; more of them are only counted. */
export const namedRegions = ({ regions, exclude = [] }: Targets): string[] => [
  ...regions.slice(0, LISTED),
  ...exclude.slice(0, LISTED),
];

/** @param listed how many regions are named before they are only counted */
export function targetWords(
  { regions, kinds, exclude = [], groups = [], tags = [] }: Targets,
  nameOf: NameOf,
  t: Say,
  listed = LISTED,
): string {
  const names = (codes: readonly string[]) =>
    countedOr(
      t,
      codes.map((code) => regionWords(t, code, nameOf)),
      (count) => t("rule.manyRegions", { count }),
      listed,
    );
  const but = [
    ...(exclude.length > 0 ? [t("rule.without", { regions: names(exclude) })] : []),
    ...(groups.length > 0 ? [t("rule.onlyGroups", { groups: joined(t, groups) })] : []),
    ...(tags.length > 0 ? [t("rule.onlyTags", { tags: joined(t, tags) })] : []),
  ];
  const text = t("rule.targets", {
    regions: regions.length === 0 ? t("rule.noRegion") : names(regions),
    kinds:
      kinds.length === 0
        ? t("rule.noKind")
        : joined(
            t,
            kinds.map((kind) => t(`rule.kind.${kind}`)),
          ),
  });
  return but.length === 0 ? text : t("rule.but", { text, but: joined(t, but) });
}
