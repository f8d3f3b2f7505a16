import { notFound } from "../errors.ts";
import { codeRange, parentOf, type RegionLevel } from "../protocol/region-code.ts";
import type { Region } from "./region.ts";
import { readRegionCsv } from "./region-csv.ts";
import type { RegionFilter, RegionStore } from "./region-store.ts";

interface ImportResult {
  created: number;
  updated: number;
  unchanged: number;
}

export interface RegionService {
  /**
   * Adds the regions of a CSV file and renames those that exist; none is removed, since devices and broadcasts name
   * them. All or nothing, and the same file twice changes nothing.
   * @throws {AppError} `invalid` with the lines, `too_large`
   */
  importCsv(text: string): ImportResult;
  /** Imports into an empty table only; `null` when there are regions already. */
  seedWhenEmpty(csvText: string): ImportResult | null;
  /** @throws {AppError} `not_found` */
  get(code: string): Region;
  exists(code: string): boolean;
  /** The regions whose parent is not in the table: where the county's tree begins. */
  roots(): string[];
  /** `area` itself and what lies below it, of one level, by code. */
  within(area: string, level: RegionLevel): Region[];
  /** Regions after the code `after`, by code; one more than `limit`, when there is one. */
  list(filter: RegionFilter, after: string, limit: number): Region[];
}

export function createRegionService({ store }: { store: RegionStore }): RegionService {
  function write(regions: Region[]): ImportResult {
    const result: ImportResult = { created: 0, updated: 0, unchanged: 0 };
    // Every row refers to its parent: the enclosing codes must be there first, whatever the file's order. They sort
    // before what they enclose.
    for (const region of regions.toSorted((a, b) => (a.code < b.code ? -1 : 1))) {
      const stored = store.find(region.code);
      if (stored && isSame(stored, region)) result.unchanged += 1;
      else {
        result[stored ? "updated" : "created"] += 1;
        store.upsert(region);
      }
    }
    adoptRoots();
    return result;
  }

  /** A county that stood alone gets its city as parent once that is imported, even when the file omits the county. */
  function adoptRoots(): void {
    for (const code of store.roots()) {
      const parent = parentOf(code);
      const root = store.find(code);
      if (parent !== null && root && store.find(parent)) store.upsert({ ...root, parent });
    }
  }

  const exists = (code: string) => store.find(code) !== undefined;
  const importCsv = (text: string) => store.inTransaction(() => write(readRegionCsv(text, exists)));

  return {
    importCsv,
    exists,
    seedWhenEmpty: (csvText) => (store.isEmpty() ? importCsv(csvText) : null),
    get(code) {
      const region = store.find(code);
      if (!region) throw notFound("region", code);
      return region;
    },
    roots: () => store.roots(),
    within: (area, level) => store.inRange(codeRange(area), level),
    list: (filter, after, limit) => store.page(filter, after, limit + 1),
  };
}

const isSame = (a: Region, b: Region): boolean =>
  a.parent === b.parent && a.name === b.name && a.note === b.note;
