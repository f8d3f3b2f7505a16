import { DAY_MS } from "../clock.ts";
import type { Database } from "../db/open.ts";
import type { Access } from "../people/access-service.ts";
import type { FindSetAlone, SetAlone } from "../schedules/county-wide.ts";

type Row = Omit<SetAlone, "areas" | "exclude"> & { areas: string; exclude: string };

/** Longer than from the start of anything until it is over. */
const LONGEST_MS = 2 * DAY_MS;

/**
 * What people have set to be heard, or was heard already, by announcements and schedules that nobody has confirmed. What waits
 * for a second person is not heard without, and what was called off before its start was not.
 */
export function createFindSetAlone(db: Database, access: Pick<Access, "inOneHandWith">): FindSetAlone {
  const select = db.prepare<
    { by: string; except: string | null; earliest: number; from: number; until: number },
    Row
  >(
    `SELECT class, start_at AS "from", not_after + COALESCE(ends_at - start_at, 0) AS until, excluded_areas AS exclude,
       (SELECT json_group_array(region_code) FROM broadcast_areas WHERE broadcast_id = b.id) AS areas
     FROM broadcasts b
     WHERE start_at >= @earliest AND start_at < @until AND not_after + COALESCE(ends_at - start_at, 0) > @from
       AND silent = 0 AND superseded = 0
       AND (state IN ('ready', 'frozen', 'on_air', 'aired', 'failed') OR (state = 'planned' AND schedule_id IS NULL)
         OR (state = 'cancelled' AND stopped_at > start_at))
       AND (EXISTS (
           SELECT 1 FROM interrupts i WHERE i.id = b.id AND i.id IS NOT @except
             AND i.created_by IN (SELECT value FROM json_each(@by))
             AND i.id NOT IN (SELECT id FROM confirmations) AND i.id NOT IN (SELECT id FROM emergencies))
         OR EXISTS (
           SELECT 1 FROM schedules s, json_each(s.saved_by) j WHERE s.id = b.schedule_id AND s.id IS NOT @except
             AND s.confirmed_by IS NULL AND j.value IN (SELECT value FROM json_each(@by))))`,
  );
  return ({ by, except }, from, until) =>
    select
      .all({ by: JSON.stringify(access.inOneHandWith(by)), except, earliest: from - LONGEST_MS, from, until })
      .map(({ areas, exclude, ...row }) => ({
        ...row,
        areas: JSON.parse(areas) as string[],
        exclude: JSON.parse(exclude) as string[],
      }));
}
