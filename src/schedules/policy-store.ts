import type { Database } from "../db/open.ts";
import type { AreaPolicy } from "./area-policy.ts";

export interface StoredAreaPolicy {
  regionCode: string;
  /** `null` when it was taken back. */
  own: AreaPolicy | null;
  version: number;
}

export function createPolicyStore(db: Database) {
  const selectAll = db.prepare<[], { regionCode: string; definition: string | null; version: number }>(
    "SELECT region_code AS regionCode, definition, version FROM area_policies",
  );
  const upsert = db.prepare(
    `INSERT INTO area_policies (region_code, definition, version, updated_at) VALUES (?, ?, 1, ?)
     ON CONFLICT (region_code) DO UPDATE SET definition = excluded.definition, version = version + 1,
       updated_at = excluded.updated_at`,
  );
  return {
    all: (): StoredAreaPolicy[] =>
      selectAll.all().map(({ definition, ...row }) => ({
        ...row,
        own: definition === null ? null : (JSON.parse(definition) as AreaPolicy),
      })),
    save: (regionCode: string, own: AreaPolicy | null, now: number) =>
      void upsert.run(regionCode, own && JSON.stringify(own), now),
  };
}
export type PolicyStore = ReturnType<typeof createPolicyStore>;
