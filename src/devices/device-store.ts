import { createTransact, type Database } from "../db/open.ts";
import type { DeviceKind } from "../protocol/messages.ts";
import { hashToken } from "./credentials.ts";
import {
  type DeviceIdentity,
  type DeviceLabels,
  type DeviceRow,
  identityFrom,
  type Lifecycle,
} from "./device.ts";

export interface CodeRange {
  from: string;
  before: string;
}

export interface Enrolment {
  id: string;
  hardwareId: string;
  model: string;
  software: string;
  tokenHash: string;
  mqttHash: string;
  now: number;
}

/** The columns of a `DeviceRow`, of the table under the alias `d`. */
export const DEVICE_COLUMNS = `d.id, d.region_code AS regionCode, d.kind, d.name, d.state, d.hardware_id AS hardwareId,
  d.model, d.software, d.created_at AS createdAt, d.enrolled_at AS enrolledAt, d.revoked_at AS revokedAt, d.tags,
  d.group_ids AS "groups"`;

/** A `DeviceRow` as SQLite gives it. */
export type StoredDevice<T extends DeviceRow = DeviceRow> = Omit<T, keyof DeviceLabels> &
  Record<keyof DeviceLabels, string>;

export const withLabels = <T extends Record<keyof DeviceLabels, string>>({ tags, groups, ...row }: T) => ({
  ...row,
  tags: JSON.parse(tags) as string[],
  groups: JSON.parse(groups) as string[],
});

type NewDevice = Pick<DeviceRow, "id" | "regionCode" | "kind" | "name" | "createdAt">;

export function createDeviceStore(db: Database) {
  const insert = db.prepare<[NewDevice]>(
    `INSERT INTO devices (id, region_code, kind, name, state, created_at)
     VALUES (@id, @regionCode, @kind, @name, 'new', @createdAt)`,
  );
  const selectById = db.prepare<[string], StoredDevice>(
    `SELECT ${DEVICE_COLUMNS} FROM devices d WHERE d.id = ?`,
  );
  const selectByToken = db.prepare<[string], StoredDevice>(
    `SELECT ${DEVICE_COLUMNS} FROM devices d WHERE d.token_hash = ? AND d.state = 'enrolled'`,
  );
  const selectByHardware = db.prepare<[string], StoredDevice>(
    `SELECT ${DEVICE_COLUMNS} FROM devices d WHERE d.hardware_id = ? AND d.state = 'enrolled'`,
  );
  const selectMqttHash = db.prepare<[string], { mqttHash: string | null }>(
    "SELECT mqtt_hash AS mqttHash FROM devices WHERE id = ? AND state = 'enrolled'",
  );
  const selectAccounts = db.prepare<[], StoredDevice & { mqttHash: string }>(
    `SELECT ${DEVICE_COLUMNS}, d.mqtt_hash AS mqttHash FROM devices d
     WHERE d.state = 'enrolled' AND d.mqtt_hash IS NOT NULL ORDER BY d.id`,
  );
  const selectRange = db.prepare<[CodeRange & { state: Lifecycle; kinds: string }], StoredDevice>(
    `SELECT ${DEVICE_COLUMNS} FROM devices d
     WHERE d.region_code >= @from AND d.region_code < @before AND d.state = @state
       AND d.kind IN (SELECT value FROM json_each(@kinds))
     ORDER BY d.region_code, d.id`,
  );
  const selectEnrolledRegions = db
    .prepare<[DeviceKind], string>(
      "SELECT region_code FROM devices WHERE state = 'enrolled' AND kind = ? ORDER BY region_code",
    )
    .pluck();
  const selectEnrolledIds = db
    .prepare<[], string>("SELECT id FROM devices WHERE state = 'enrolled' ORDER BY id")
    .pluck();
  const selectRegionsServed = db.prepare<[CodeRange & { kind: DeviceKind }], { regionCode: string }>(
    `SELECT DISTINCT region_code AS regionCode FROM devices
     WHERE region_code >= @from AND region_code < @before AND kind = @kind AND state <> 'revoked'`,
  );
  const selectSettled = db.prepare<
    [CodeRange & { enrolledUntil: number }],
    { regionCode: string; devices: number }
  >(
    `SELECT region_code AS regionCode, COUNT(*) AS devices FROM devices
     WHERE region_code >= @from AND region_code < @before AND state = 'enrolled' AND enrolled_at <= @enrolledUntil
     GROUP BY region_code`,
  );
  const updateEnrolled = db.prepare<[Enrolment]>(
    `UPDATE devices SET state = 'enrolled', hardware_id = @hardwareId, model = @model, software = @software,
       token_hash = @tokenHash, mqtt_hash = @mqttHash, enrolled_at = @now
     WHERE id = @id AND state <> 'revoked'`,
  );
  // The hashes go too: whatever forgets to look at the state still finds no secret that matches.
  const updateRevoked = db.prepare<[{ id: string; now: number }]>(
    `UPDATE devices SET state = 'revoked', token_hash = NULL, mqtt_hash = NULL, software_channel = NULL,
       revoked_at = @now
     WHERE id = @id AND state <> 'revoked'`,
  );

  const updateLabels = db.prepare<[{ id: string; tags: string; groups: string }]>(
    "UPDATE devices SET tags = @tags, group_ids = @groups WHERE id = @id",
  );
  const found = (row: StoredDevice | undefined): DeviceRow | undefined => row && withLabels(row);
  /** So that the requests of a county cost no query each. Emptied by whatever changes whose a token is, or who that is. */
  const identities = new Map<string, DeviceIdentity>();

  function identityByToken(token: string): DeviceIdentity | undefined {
    const known = identities.get(token);
    if (known) return known;
    const row = found(selectByToken.get(hashToken(token)));
    if (!row) return undefined;
    const identity = identityFrom(row);
    // What a transaction has written may still be undone.
    if (!db.inTransaction) identities.set(token, identity);
    return identity;
  }

  return {
    /** Runs `change` as one write transaction. */
    inTransaction: createTransact(db),
    insert: (device: NewDevice) => void insert.run(device),
    find: (id: string) => found(selectById.get(id)),
    /** The same object as long as nothing of it changes. */
    identityByToken,
    findByHardware: (hardwareId: string) => found(selectByHardware.get(hardwareId)),
    setLabels(id: string, { tags, groups }: DeviceLabels) {
      updateLabels.run({ id, tags: JSON.stringify(tags), groups: JSON.stringify(groups) });
      identities.clear();
    },
    mqttHashOf: (id: string) => selectMqttHash.get(id)?.mqttHash ?? null,
    accounts: () => selectAccounts.all().map(withLabels),
    enrolledInRange: (range: CodeRange, kinds: readonly DeviceKind[]) =>
      selectRange.all({ ...range, state: "enrolled", kinds: JSON.stringify(kinds) }).map(withLabels),
    enrolledRegions: (kind: DeviceKind) => selectEnrolledRegions.all(kind),
    enrolledIds: () => selectEnrolledIds.all(),
    regionsServed: (range: CodeRange, kind: DeviceKind) =>
      selectRegionsServed.all({ ...range, kind }).map(({ regionCode }) => regionCode),
    /** How many are enrolled in each region of a range, at an instant or before (epoch ms). */
    settled: (range: CodeRange, enrolledUntil: number) => selectSettled.all({ ...range, enrolledUntil }),
    markEnrolled(enrolment: Enrolment) {
      updateEnrolled.run(enrolment);
      identities.clear();
    },
    /** Whether the device had not been revoked before. */
    markRevoked(id: string, now: number): boolean {
      identities.clear();
      return updateRevoked.run({ id, now }).changes > 0;
    },
  };
}
export type DeviceStore = ReturnType<typeof createDeviceStore>;
