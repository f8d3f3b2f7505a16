import type { Database } from "../db/open.ts";
import type { Contact, RegionContact } from "./contact.ts";

export type ContactPlace = Pick<RegionContact, "regionCode" | "position">;

export function createContactStore(db: Database) {
  const selectOf = db.prepare<[string], Contact>(
    "SELECT role, telephone FROM contacts WHERE region_code = ? ORDER BY position",
  );
  const selectAfter = db.prepare<[ContactPlace & { areas: string | null; limit: number }], RegionContact>(
    `SELECT region_code AS regionCode, position, role, telephone FROM contacts
     WHERE (region_code, position) > (@regionCode, @position)
       AND (@areas IS NULL OR EXISTS (
         SELECT 1 FROM json_each(@areas)
         WHERE region_code >= json_extract(value, '$.from') AND region_code < json_extract(value, '$.before')))
     ORDER BY region_code, position LIMIT @limit`,
  );
  const remove = db.prepare<[string]>("DELETE FROM contacts WHERE region_code = ?");
  const insert = db.prepare<[RegionContact]>(
    "INSERT INTO contacts (region_code, position, role, telephone) VALUES (@regionCode, @position, @role, @telephone)",
  );
  return {
    of: (regionCode: string) => selectOf.all(regionCode),
    /** @param areas ranges of codes; `null` for all */
    after: (place: ContactPlace, areas: { from: string; before: string }[] | null, limit: number) =>
      selectAfter.all({ ...place, areas: areas && JSON.stringify(areas), limit }),
    replace(regionCode: string, contacts: readonly Contact[]): void {
      remove.run(regionCode);
      for (const [index, { role, telephone }] of contacts.entries())
        insert.run({ regionCode, position: index + 1, role, telephone });
    },
  };
}
export type ContactStore = ReturnType<typeof createContactStore>;
