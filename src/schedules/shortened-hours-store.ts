import type { Database } from "../db/open.ts";
import type { QuietHours } from "../protocol/messages.ts";

/** Quiet hours that were made shorter, and no second person has confirmed. */
export interface ShortenedHours {
  /** Whose policy; `null` is the whole server's. */
  regionCode: string | null;
  /** As they were before. */
  agreed: QuietHours[];
  /** Whoever had a part in it. */
  by: { id: string; name: string }[];
  /** Epoch ms, of the last change. */
  at: number;
  /** Counts the changes since. */
  version: number;
}

interface Row {
  area: string;
  agreed: string;
  by: string;
  at: number;
  version: number;
}

const WHOLE_SERVER = "*";

export function createShortenedHoursStore(db: Database) {
  const selectAll = db.prepare<[], Row>(
    `SELECT area, agreed, at, version,
       (SELECT json_group_array(json_object('id', u.id, 'name', u.name)) FROM json_each(s.shortened_by) j
        JOIN users u ON u.id = j.value) AS by
     FROM shortened_hours s ORDER BY area`,
  );
  const upsert = db.prepare<{ area: string; agreed: string; by: string; at: number }>(
    `INSERT INTO shortened_hours (area, agreed, shortened_by, at, version) VALUES (@area, @agreed, @by, @at, 1)
     ON CONFLICT (area) DO UPDATE SET shortened_by = @by, at = @at, version = version + 1`,
  );
  const remove = db.prepare<[string]>("DELETE FROM shortened_hours WHERE area = ?");
  return {
    all: (): ShortenedHours[] =>
      selectAll.all().map(({ area, agreed, by, ...row }) => ({
        ...row,
        regionCode: area === WHOLE_SERVER ? null : area,
        agreed: JSON.parse(agreed) as QuietHours[],
        by: JSON.parse(by) as ShortenedHours["by"],
      })),
    save: ({
      regionCode,
      agreed,
      by,
      at,
    }: Pick<ShortenedHours, "regionCode" | "agreed" | "at"> & { by: readonly string[] }): void =>
      void upsert.run({
        area: regionCode ?? WHOLE_SERVER,
        agreed: JSON.stringify(agreed),
        by: JSON.stringify(by),
        at,
      }),
    remove: (regionCode: string | null): void => void remove.run(regionCode ?? WHOLE_SERVER),
  };
}
export type ShortenedHoursStore = ReturnType<typeof createShortenedHoursStore>;
