import type { Database } from "../db/open.ts";
import { codeRange } from "../protocol/region-code.ts";

/** A set of devices that are to run one software. `changedAt` in epoch ms. */
export interface SoftwareChannel {
  id: string;
  /** As devices name it themselves in `presence.software`. */
  software: string;
  changedAt: number;
  changedBy: string;
}

export interface ChannelUse extends SoftwareChannel {
  /** Enrolled devices that are in it, and those of them that say that they run something else. */
  devices: number;
  lagging: number;
}

export function createSoftwareChannelStore(db: Database) {
  const selectOne = db.prepare<[string], SoftwareChannel>(
    `SELECT id, software, changed_at AS changedAt, changed_by AS changedBy FROM software_channels WHERE id = ?`,
  );
  const selectAll = db.prepare<[{ ranges: string | null }], ChannelUse>(
    `SELECT c.id, c.software, c.changed_at AS changedAt, c.changed_by AS changedBy, COUNT(d.id) AS devices,
       COUNT(t.device_id) AS lagging
     FROM software_channels c
     LEFT JOIN devices d ON d.software_channel = c.id AND d.state = 'enrolled'
       AND (@ranges IS NULL OR EXISTS (SELECT 1 FROM json_each(@ranges) range
         WHERE d.region_code >= range.value ->> 'from' AND d.region_code < range.value ->> 'before'))
     LEFT JOIN device_drifts t ON t.device_id = d.id AND t.field = 'software'
     GROUP BY c.id ORDER BY c.id`,
  );
  const upsert = db.prepare<[SoftwareChannel]>(
    `INSERT INTO software_channels (id, software, changed_at, changed_by)
     VALUES (@id, @software, @changedAt, @changedBy)
     ON CONFLICT (id) DO UPDATE SET software = excluded.software, changed_at = excluded.changed_at,
       changed_by = excluded.changed_by`,
  );
  const countMembers = db
    .prepare<[string], number>("SELECT COUNT(*) FROM devices WHERE software_channel = ?")
    .pluck();
  const remove = db.prepare<[string]>("DELETE FROM software_channels WHERE id = ?");

  return {
    find: (id: string) => selectOne.get(id),
    /** @param areas whose devices are counted; `null` for all */
    all: (areas: readonly string[] | null) =>
      selectAll.all({ ranges: areas && JSON.stringify(areas.map(codeRange)) }),
    save: (channel: SoftwareChannel) => void upsert.run(channel),
    /** Devices of every state that are in it. */
    members: (id: string) => countMembers.get(id) ?? 0,
    remove: (id: string) => void remove.run(id),
  };
}
export type SoftwareChannelStore = ReturnType<typeof createSoftwareChannelStore>;
