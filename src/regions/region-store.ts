import { createTransact, type Database } from "../db/open.ts";
import type { RegionLevel } from "../protocol/region-code.ts";
import type { Region } from "./region.ts";

export interface RegionFilter {
  parent: string | null;
  level: RegionLevel | null;
  /** Part of a name, or the beginning of a code. */
  q: string | null;
}

const COLUMNS = "code, level, parent, name, note";

export function createRegionStore(db: Database) {
  const selectByCode = db.prepare<[string], Region>(`SELECT ${COLUMNS} FROM regions WHERE code = ?`);
  const selectAny = db.prepare<[], { found: 1 }>("SELECT 1 AS found FROM regions LIMIT 1");
  const selectRoots = db.prepare<[], { code: string }>(
    "SELECT code FROM regions WHERE parent IS NULL ORDER BY code",
  );
  const selectPage = db.prepare<[RegionFilter & { after: string; limit: number }], Region>(
    `SELECT ${COLUMNS} FROM regions
     WHERE code > @after AND (@parent IS NULL OR parent = @parent) AND (@level IS NULL OR level = @level)
       AND (@q IS NULL OR instr(name, @q) > 0 OR substr(code, 1, length(@q)) = @q)
     ORDER BY code LIMIT @limit`,
  );
  const selectRange = db.prepare<[{ from: string; before: string; level: RegionLevel }], Region>(
    `SELECT ${COLUMNS} FROM regions WHERE code >= @from AND code < @before AND level = @level ORDER BY code`,
  );
  const upsert = db.prepare<[Region]>(
    `INSERT INTO regions (${COLUMNS}) VALUES (@code, @level, @parent, @name, @note)
     ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, name = excluded.name, note = excluded.note`,
  );

  return {
    find: (code: string) => selectByCode.get(code),
    isEmpty: () => selectAny.get() === undefined,
    roots: () => selectRoots.all().map(({ code }) => code),
    page: (filter: RegionFilter, after: string, limit: number) => selectPage.all({ ...filter, after, limit }),
    inRange: (range: { from: string; before: string }, level: RegionLevel) =>
      selectRange.all({ ...range, level }),
    /** Runs `change` as one write transaction: the checks it makes hold until its rows are in. */
    inTransaction: createTransact(db),
    upsert: (region: Region) => void upsert.run(region),
  };
}
export type RegionStore = ReturnType<typeof createRegionStore>;
