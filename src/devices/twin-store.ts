import type { Database } from "../db/open.ts";
import { codeRange } from "../protocol/region-code.ts";
import { withLabels } from "./device-store.ts";
import type { DeviceSettings, TwinField, TwinRow } from "./twin.ts";

type StoredRow = Omit<TwinRow, "reported" | "drifts" | "groups" | "tags"> &
  Record<"groups" | "tags" | "drifts", string> & { reported: string | null };

/** Groups and tags are among what the device is called. */
type OwnSettings = Omit<DeviceSettings, "groups" | "tags">;

const TWIN = `SELECT d.id, d.region_code AS regionCode, d.kind, d.name, d.state, d.volume, d.max_kbps AS maxKbps,
    d.software_channel AS softwareChannel, d.tags, d.group_ids AS "groups", d.desired_version AS version,
    d.desired_at AS changedAt, d.desired_by AS changedBy, c.software, p.software AS runs,
    iif(s.device_id IS NULL, NULL, json_set(s.state, '$.receivedAt', s.received_at)) AS reported,
    (SELECT json_group_array(json_array(field, since)) FROM device_drifts WHERE device_id = d.id) AS drifts
  FROM devices d
  LEFT JOIN software_channels c ON c.id = d.software_channel
  LEFT JOIN device_presence p ON p.device_id = d.id
  LEFT JOIN device_states s ON s.device_id = d.id`;

const toRow = ({ reported, drifts, ...row }: StoredRow): TwinRow => ({
  ...withLabels(row),
  reported: reported === null ? null : (JSON.parse(reported) as TwinRow["reported"]),
  drifts: new Map(JSON.parse(drifts) as [TwinField, number][]),
});

export function createTwinStore(db: Database) {
  const select = db.prepare<[string], StoredRow>(`${TWIN} WHERE d.id = ?`);
  const selectEnrolled = db.prepare<[{ from: string; before: string }], StoredRow>(
    `${TWIN} WHERE d.region_code >= @from AND d.region_code < @before AND d.state = 'enrolled' ORDER BY d.region_code, d.id`,
  );
  const selectInChannel = db.prepare<[string], StoredRow>(
    `${TWIN} WHERE d.software_channel = ? AND d.state = 'enrolled' ORDER BY d.id`,
  );
  const update = db.prepare<[OwnSettings & { id: string; version: number; at: number; by: string }]>(
    `UPDATE devices SET volume = @volume, max_kbps = @maxKbps, software_channel = @softwareChannel,
       desired_version = @version, desired_at = @at, desired_by = @by WHERE id = @id`,
  );
  const insertDrift = db.prepare<[string, TwinField, number]>(
    "INSERT INTO device_drifts (device_id, field, since) VALUES (?, ?, ?)",
  );
  const deleteDrift = db.prepare<[string, TwinField]>(
    "DELETE FROM device_drifts WHERE device_id = ? AND field = ?",
  );

  return {
    find(id: string): TwinRow | undefined {
      const row = select.get(id);
      return row && toRow(row);
    },
    enrolledWithin: (area: string): TwinRow[] => selectEnrolled.all(codeRange(area)).map(toRow),
    everyEnrolled: (): TwinRow[] => selectEnrolled.all({ from: "", before: ":" }).map(toRow),
    inChannel: (channel: string): TwinRow[] => selectInChannel.all(channel).map(toRow),
    save: (
      id: string,
      { volume, maxKbps, softwareChannel }: OwnSettings,
      version: number,
      at: number,
      by: string,
    ) => void update.run({ id, volume, maxKbps, softwareChannel, version, at, by }),
    /** Writes what has begun or ended since `known`. */
    saveDrifts(id: string, known: ReadonlyMap<TwinField, number>, now: ReadonlyMap<TwinField, number>): void {
      for (const [field, since] of now) if (!known.has(field)) insertDrift.run(id, field, since);
      for (const field of known.keys()) if (!now.has(field)) deleteDrift.run(id, field);
    },
  };
}
export type TwinStore = ReturnType<typeof createTwinStore>;
