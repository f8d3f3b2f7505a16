import type { Database } from "../db/open.ts";
import type { DeviceKind, DeviceState, Presence } from "../protocol/messages.ts";
import { codeRange } from "../protocol/region-code.ts";
import type { DeviceView, Lifecycle, Line } from "./device.ts";
import { DEVICE_COLUMNS, type StoredDevice, withLabels } from "./device-store.ts";
import type { Unrest } from "./flapping.ts";
import type { TwinState } from "./twin.ts";

export interface DeviceFilter {
  /** In any of these; `null` everywhere. */
  areas: readonly string[] | null;
  kind: DeviceKind | null;
  state: Lifecycle | null;
  twin: TwinState | null;
  line: Line | null;
  /** Part of its name, its region's or its hardware's, or the beginning of its region's code. */
  q: string | null;
}

/** Of the devices of one region that are not revoked. */
export interface RegionCounts {
  regionCode: string;
  devices: number;
  enrolled: number;
  online: number;
  differing: number;
  faulty: number;
  /** Enrolled ones, and those of them that are online. */
  loudspeakers: number;
  loudspeakersOnline: number;
}

type PresenceRow = Omit<Presence, "online"> & { online: 0 | 1 };
/** What the server knows of an enrolled device's line. */
export interface LineRow extends Unrest {
  deviceId: string;
  regionCode: string;
  online: 0 | 1;
  /** When the server heard of its coming or going. */
  heardAt: number;
  /** When it last heard its state; `null` for never. */
  stateAt: number | null;
}
interface ViewRow extends StoredDevice {
  regionName: string;
  presence: string | null;
  reported: string | null;
  twin: TwinState;
  version: number;
  drift: string;
}

const TWIN_STATE = `CASE
  WHEN d.state <> 'enrolled' OR s.state ->> '$.desiredVersion' IS NULL THEN 'unknown'
  WHEN EXISTS (SELECT 1 FROM device_drifts WHERE device_id = d.id) THEN 'differs' ELSE 'agrees' END`;

// SQLite builds the JSON, so that "never heard of" is one NULL instead of four.
const VIEW = `SELECT ${DEVICE_COLUMNS}, r.name AS regionName,
    iif(p.device_id IS NULL, NULL,
      json_object('online', p.online, 'bootId', p.boot_id, 'at', p.at, 'software', p.software, 'heardAt', p.heard_at))
      AS presence,
    iif(s.device_id IS NULL, NULL, json_set(s.state, '$.receivedAt', s.received_at)) AS reported,
    ${TWIN_STATE} AS twin, d.desired_version AS version,
    (SELECT json_group_array(json_object('field', field, 'since', since)) FROM device_drifts WHERE device_id = d.id)
      AS drift
  FROM devices d
  JOIN regions r ON r.code = d.region_code
  LEFT JOIN device_presence p ON p.device_id = d.id
  LEFT JOIN device_states s ON s.device_id = d.id`;

const IN_RANGES = `(@ranges IS NULL OR EXISTS (SELECT 1 FROM json_each(@ranges) range
  WHERE d.region_code >= range.value ->> 'from' AND d.region_code < range.value ->> 'before'))`;

/** What devices last said of themselves, and devices together with it. */
export function createTelemetryStore(db: Database) {
  const selectPresence = db.prepare<[string], PresenceRow & Unrest>(
    `SELECT online, boot_id AS bootId, at, software, unrest, unrest_at AS unrestAt
     FROM device_presence WHERE device_id = ?`,
  );
  const selectLines = db.prepare<[], LineRow>(
    `SELECT d.id AS deviceId, d.region_code AS regionCode, p.online, p.heard_at AS heardAt, s.received_at AS stateAt,
       p.unrest, p.unrest_at AS unrestAt
     FROM devices d JOIN device_presence p ON p.device_id = d.id LEFT JOIN device_states s ON s.device_id = d.id
     WHERE d.state = 'enrolled' ORDER BY d.id`,
  );
  // Selecting from devices makes a message of a device that does not exist change nothing.
  const upsertPresence = db.prepare<[PresenceRow & Unrest & { deviceId: string; now: number }]>(
    `INSERT INTO device_presence (device_id, online, boot_id, at, software, heard_at, unrest, unrest_at)
     SELECT id, @online, @bootId, @at, @software, @now, @unrest, @unrestAt FROM devices WHERE id = @deviceId
     ON CONFLICT (device_id) DO UPDATE SET online = excluded.online, boot_id = excluded.boot_id, at = excluded.at,
       software = excluded.software, unrest = excluded.unrest, unrest_at = excluded.unrest_at,
       -- Presence is retained, so a server that starts hears it once more.
       heard_at = iif((online, boot_id, at) = (excluded.online, excluded.boot_id, excluded.at), heard_at, excluded.heard_at)`,
  );
  const upsertState = db.prepare<[{ deviceId: string; state: string; now: number }]>(
    `INSERT INTO device_states (device_id, state, received_at)
     SELECT id, @state, @now FROM devices WHERE id = @deviceId
     ON CONFLICT (device_id) DO UPDATE SET state = excluded.state, received_at = excluded.received_at`,
  );
  const selectOnline = db.prepare<[], { id: string }>(
    "SELECT device_id AS id FROM device_presence WHERE online = 1",
  );
  const selectView = db.prepare<[string], ViewRow>(`${VIEW} WHERE d.id = ?`);
  const selectPage = db.prepare<
    [
      {
        ranges: string | null;
        kind: string | null;
        state: string | null;
        twin: TwinState | null;
        line: Line | null;
        q: string | null;
        after: string;
        limit: number;
      },
    ],
    ViewRow
  >(
    `${VIEW}
     WHERE d.id > @after AND ${IN_RANGES}
       AND (@kind IS NULL OR d.kind = @kind) AND (@state IS NULL OR d.state = @state)
       AND (@twin IS NULL OR @twin = ${TWIN_STATE})
       AND (@line IS NULL OR @line = CASE p.online WHEN 1 THEN 'online' WHEN 0 THEN 'offline' ELSE 'never' END)
       AND (@q IS NULL OR instr(d.name, @q) > 0 OR instr(r.name, @q) > 0 OR instr(d.hardware_id, @q) > 0
         OR substr(d.region_code, 1, length(@q)) = @q)
     ORDER BY d.id LIMIT @limit`,
  );
  const selectCounts = db.prepare<[{ ranges: string | null }], RegionCounts>(
    `SELECT d.region_code AS regionCode, COUNT(*) AS devices, SUM(d.state = 'enrolled') AS enrolled,
       SUM(d.state = 'enrolled' AND p.online IS 1) AS online,
       SUM(${TWIN_STATE} = 'differs') AS differing,
       SUM(d.state = 'enrolled' AND COALESCE(json_array_length(s.state, '$.faults'), 0) > 0) AS faulty,
       SUM(d.state = 'enrolled' AND d.kind = 'loudspeaker') AS loudspeakers,
       SUM(d.state = 'enrolled' AND d.kind = 'loudspeaker' AND p.online IS 1) AS loudspeakersOnline
     FROM devices d LEFT JOIN device_presence p ON p.device_id = d.id LEFT JOIN device_states s ON s.device_id = d.id
     WHERE d.state <> 'revoked' AND ${IN_RANGES}
     GROUP BY d.region_code ORDER BY d.region_code`,
  );

  return {
    presenceOf(deviceId: string): (Presence & Unrest) | null {
      const row = selectPresence.get(deviceId);
      return row ? { ...row, online: row.online === 1 } : null;
    },
    savePresence(
      deviceId: string,
      { online, bootId, at, software }: Presence,
      { unrest, unrestAt }: Unrest,
      now: number,
    ): boolean {
      const said = { deviceId, online: online ? 1 : 0, bootId, at, software } as const;
      return upsertPresence.run({ ...said, unrest, unrestAt, now }).changes > 0;
    },
    /** Of the enrolled devices that were ever heard. */
    lines: () => selectLines.all(),
    saveState: (deviceId: string, state: DeviceState, now: number): boolean =>
      upsertState.run({ deviceId, state: JSON.stringify(state), now }).changes > 0,
    online: (): Set<string> => new Set(selectOnline.all().map(({ id }) => id)),
    view(id: string): DeviceView | undefined {
      const row = selectView.get(id);
      return row && toView(row);
    },
    page({ areas, ...filter }: DeviceFilter, after: string, limit: number): DeviceView[] {
      return selectPage.all({ ranges: rangesOf(areas), ...filter, after, limit }).map(toView);
    },
    /** Of the regions that have a device, by code. */
    countByRegion: (areas: readonly string[] | null) => selectCounts.all({ ranges: rangesOf(areas) }),
  };
}
const rangesOf = (areas: readonly string[] | null): string | null =>
  areas && JSON.stringify(areas.map(codeRange));

export type TelemetryStore = ReturnType<typeof createTelemetryStore>;

function toView({ presence, reported, twin, version, drift, ...device }: ViewRow): DeviceView {
  const said: (PresenceRow & { heardAt: number }) | null = presence === null ? null : JSON.parse(presence);
  return {
    ...withLabels(device),
    presence: said && { ...said, online: said.online === 1 },
    reported: reported === null ? null : JSON.parse(reported),
    twin: { version, state: twin, drift: JSON.parse(drift) },
  };
}
