import type { Database } from "../db/open.ts";
import type { CheckInPlace } from "./check-in-link.ts";

export function createHeadcountStore(db: Database) {
  const upsert = db.prepare<[CheckInPlace & { people: number }]>(
    `INSERT INTO headcounts (broadcast_id, region_code, people) VALUES (@broadcastId, @regionCode, @people)
     ON CONFLICT DO UPDATE SET people = excluded.people`,
  );
  const remove = db.prepare<[CheckInPlace]>(
    "DELETE FROM headcounts WHERE broadcast_id = @broadcastId AND region_code = @regionCode",
  );
  const selectOf = db.prepare<[string], { regionCode: string; people: number }>(
    "SELECT region_code AS regionCode, people FROM headcounts WHERE broadcast_id = ?",
  );
  return {
    put: (place: CheckInPlace, people: number): void => void upsert.run({ ...place, people }),
    remove: (place: CheckInPlace): void => void remove.run(place),
    of: (broadcastId: string) => selectOf.all(broadcastId),
  };
}
export type HeadcountStore = ReturnType<typeof createHeadcountStore>;
