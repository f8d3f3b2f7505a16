import type { Database } from "../db/open.ts";
import { codeRange } from "../protocol/region-code.ts";
import type { NewOutage, Outage, OutageKind } from "./outage.ts";

export interface OutageRow {
  id: number;
  kind: OutageKind;
  regionCode: string;
  regionName: string;
  deviceId: string | null;
  deviceName: string | null;
  beganAt: number;
  endedAt: number | null;
  devices: number;
}

export interface OutageFilter {
  isOpen: boolean;
  /** Those that concern this device; `null` for any. */
  deviceId: string | null;
  /** Those that concern a device in any of these; `null` for all. */
  areas: readonly string[] | null;
}

const VIEW = `SELECT o.id, o.kind, o.region_code AS regionCode, COALESCE(r.name, o.region_code) AS regionName, o.device_id AS deviceId,
    d.name AS deviceName, o.began_at AS beganAt, o.ended_at AS endedAt,
    (SELECT COUNT(*) FROM outage_devices m WHERE m.outage_id = o.id) AS devices
  FROM outages o LEFT JOIN regions r ON r.code = o.region_code LEFT JOIN devices d ON d.id = o.device_id`;

export function createOutageStore(db: Database) {
  const selectOpen = db.prepare<[], Omit<Outage, "deviceIds"> & { deviceIds: string }>(
    `SELECT id, kind, region_code AS regionCode, device_id AS deviceId, began_at AS beganAt,
       (SELECT json_group_array(m.device_id) FROM outage_devices m WHERE m.outage_id = o.id) AS deviceIds
     FROM outages o WHERE ended_at IS NULL ORDER BY id`,
  );
  const insert = db.prepare(
    "INSERT INTO outages (kind, region_code, device_id, began_at) VALUES (@kind, @regionCode, @deviceId, @beganAt)",
  );
  const insertDevice = db.prepare(
    "INSERT OR IGNORE INTO outage_devices (outage_id, device_id) VALUES (?, ?)",
  );
  const end = db.prepare("UPDATE outages SET ended_at = ? WHERE id = ?");
  const selectView = db.prepare<[number], OutageRow>(`${VIEW} WHERE o.id = ?`);
  const selectPage = db.prepare<
    [{ open: 0 | 1; deviceId: string | null; ranges: string | null; before: number; limit: number }],
    OutageRow
  >(
    `${VIEW} WHERE o.id < @before AND (@open = 0 OR o.ended_at IS NULL)
       AND (@deviceId IS NULL OR EXISTS (
         SELECT 1 FROM outage_devices m WHERE m.outage_id = o.id AND m.device_id = @deviceId))
       AND (@ranges IS NULL OR EXISTS (
         SELECT 1 FROM outage_devices m JOIN devices c ON c.id = m.device_id JOIN json_each(@ranges) range
         WHERE m.outage_id = o.id
           AND c.region_code >= range.value ->> 'from' AND c.region_code < range.value ->> 'before'))
     ORDER BY o.id DESC LIMIT @limit`,
  );

  function add(id: number, deviceIds: readonly string[]): void {
    for (const deviceId of deviceIds) insertDevice.run(id, deviceId);
  }

  return {
    open: (): Outage[] =>
      selectOpen.all().map((row) => ({ ...row, deviceIds: JSON.parse(row.deviceIds) as string[] })),
    insert({ deviceIds, ...outage }: NewOutage): number {
      const id = Number(insert.run(outage).lastInsertRowid);
      add(id, deviceIds);
      return id;
    },
    add,
    end: (id: number, now: number) => void end.run(now, id),
    view: (id: number) => selectView.get(id),
    /** Newest first, older than the id `before`. */
    page({ isOpen, deviceId, areas }: OutageFilter, before: number, limit: number): OutageRow[] {
      const ranges = areas && JSON.stringify(areas.map(codeRange));
      return selectPage.all({ open: isOpen ? 1 : 0, deviceId, ranges, before, limit });
    },
  };
}
export type OutageStore = ReturnType<typeof createOutageStore>;
