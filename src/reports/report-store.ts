import { createHash } from "node:crypto";
import type { Database } from "../db/open.ts";
import type { BroadcastClass, PlaybackRecord } from "../protocol/messages.ts";
import { codeRange } from "../protocol/region-code.ts";
import type { ProofRecord } from "./proof.ts";

interface ProofRow extends ProofRecord {
  deviceId: string;
}

export interface DeviceRecordRow extends ProofRecord {
  /** The command that it answers. */
  commandId: string | null;
  receivedAt: number;
}

export interface TargetRow {
  deviceId: string;
  name: string;
  regionCode: string;
  regionName: string;
  kind: "loudspeaker" | "terminal";
  online: number;
}

export interface FromBoot {
  deviceId: string;
  bootId: string;
}

/** A broadcast that was meant for a device, or that it reported of. */
export interface PlayedRow {
  broadcastId: string;
  startAt: number;
  programme: string;
  title: string;
  class: BroadcastClass;
  silent: 0 | 1;
  state: string;
}

/** In the order of their starts: by the instant, epoch ms, then by the id of the broadcast. */
export interface PlayedBefore {
  startAt: number;
  id: string;
}

/** What of a stored record tells it from another under the same number. */
export interface StoredRecord {
  at: number;
  claimedAt: number;
  type: string;
  broadcastId: string | null;
  commandId: string | null;
  reason: string | null;
}

interface Quarantined {
  deviceId: string;
  payload: string;
  problem: string;
  /** Of a single record. */
  bootId?: string | null;
  seq?: number | null;
}

export interface QuarantineFilter {
  deviceId: string | null;
  /** Of devices in any of these; `null` for all. */
  areas: readonly string[] | null;
}

export interface QuarantinedRow {
  id: number;
  deviceId: string;
  deviceName: string;
  bootId: string | null;
  seq: number | null;
  payload: string;
  problem: string;
  times: number;
  firstAt: number;
  lastAt: number;
}

/** Of one device: a gateway that reports nothing but nonsense fills no disk. */
const MAX_QUARANTINED = 2_000;

export function createReportStore(db: Database) {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO playback_records (device_id, boot_id, seq, at, claimed_at, type, broadcast_id, command_id, sha256,
       position_ms, lateness_ms, grade, reason, silent, received_at)
     VALUES (@deviceId, @bootId, @seq, @at, @claimedAt, @type, @broadcastId, @commandId, @sha256,
       @positionMs, @latenessMs, @grade, @reason, @silent, @now)`,
  );
  const selectStored = db.prepare<[FromBoot & { seq: number }], StoredRecord>(
    `SELECT at, claimed_at AS claimedAt, type, broadcast_id AS broadcastId, command_id AS commandId, reason
     FROM playback_records WHERE device_id = @deviceId AND boot_id = @bootId AND seq = @seq`,
  );
  const updateAt = db.prepare(
    "UPDATE playback_records SET at = @at WHERE device_id = @deviceId AND boot_id = @bootId AND seq = @seq",
  );
  const selectCursor = db.prepare<[string, string], { ackedSeq: number }>(
    "SELECT acked_seq AS ackedSeq FROM report_cursors WHERE device_id = ? AND boot_id = ?",
  );
  const selectAfter = db
    .prepare<[FromBoot & { after: number }], number>(
      `SELECT seq FROM playback_records WHERE device_id = @deviceId AND boot_id = @bootId AND seq > @after
       UNION SELECT seq FROM quarantined_reports
         WHERE device_id = @deviceId AND boot_id = @bootId AND seq > @after
       ORDER BY seq`,
    )
    .pluck();
  const upsertCursor = db.prepare(
    `INSERT INTO report_cursors (device_id, boot_id, acked_seq) VALUES (?, ?, ?)
     ON CONFLICT (device_id, boot_id) DO UPDATE SET acked_seq = excluded.acked_seq`,
  );
  const quarantine = db.prepare(
    `INSERT INTO quarantined_reports (device_id, digest, boot_id, seq, payload, problem, first_at, last_at)
     SELECT @deviceId, @digest, @bootId, @seq, @payload, @problem, @now, @now
     WHERE (SELECT COUNT(*) FROM quarantined_reports WHERE device_id = @deviceId) < @limit
     ON CONFLICT (device_id, digest) DO UPDATE SET times = times + 1, last_at = excluded.last_at`,
  );
  const selectQuarantined = db.prepare<
    [{ deviceId: string | null; ranges: string | null; before: number; limit: number }],
    QuarantinedRow
  >(
    `SELECT q.rowid AS id, q.device_id AS deviceId, d.name AS deviceName, q.boot_id AS bootId, q.seq, q.payload, q.problem, q.times,
       q.first_at AS firstAt, q.last_at AS lastAt
     FROM quarantined_reports q JOIN devices d ON d.id = q.device_id
     WHERE q.rowid < @before AND (@deviceId IS NULL OR q.device_id = @deviceId)
       AND (@ranges IS NULL OR EXISTS (SELECT 1 FROM json_each(@ranges) range
         WHERE d.region_code >= range.value ->> 'from' AND d.region_code < range.value ->> 'before'))
     ORDER BY q.rowid DESC LIMIT @limit`,
  );
  const selectStarted = db
    .prepare<[string], string>(
      "SELECT DISTINCT device_id FROM playback_records WHERE broadcast_id = ? AND type = 'started'",
    )
    .pluck();
  const selectProof = db.prepare<[string], ProofRow>(
    `SELECT device_id AS deviceId, type, at, lateness_ms AS latenessMs, grade, reason
     FROM playback_records WHERE broadcast_id = ? ORDER BY at, seq`,
  );
  const selectOfDevice = db.prepare<
    [{ deviceId: string; broadcastId: string; commandIds: string }],
    DeviceRecordRow
  >(
    `SELECT type, at, lateness_ms AS latenessMs, grade, reason, command_id AS commandId, received_at AS receivedAt
     FROM playback_records WHERE device_id = @deviceId
       AND (broadcast_id = @broadcastId OR command_id IN (SELECT value FROM json_each(@commandIds)))
     ORDER BY at, seq LIMIT 200`,
  );
  // By the index of the instants, newest first, so that it stops after a page.
  const selectPlayed = db.prepare<[PlayedBefore & { deviceId: string; limit: number }], PlayedRow>(
    `SELECT b.id AS broadcastId, b.start_at AS startAt, b.programme, b.title, b.class, b.silent, b.state
     FROM broadcasts b
     WHERE (b.start_at, b.id) < (@startAt, @id)
       AND (EXISTS (SELECT 1 FROM broadcast_targets WHERE broadcast_id = b.id AND device_id = @deviceId)
         OR EXISTS (SELECT 1 FROM playback_records WHERE broadcast_id = b.id AND device_id = @deviceId))
     ORDER BY b.start_at DESC, b.id DESC LIMIT @limit`,
  );
  const selectOfBroadcasts = db.prepare<
    [{ deviceId: string; broadcastIds: string }],
    ProofRecord & { broadcastId: string }
  >(
    `SELECT broadcast_id AS broadcastId, type, at, lateness_ms AS latenessMs, grade, reason
     FROM playback_records
     WHERE device_id = @deviceId AND broadcast_id IN (SELECT value FROM json_each(@broadcastIds))
     ORDER BY at, seq`,
  );
  const selectTargets = db.prepare<[string], TargetRow>(
    `SELECT d.id AS deviceId, d.name, d.region_code AS regionCode, r.name AS regionName, d.kind,
       COALESCE(p.online, 0) AS online
     FROM devices d JOIN regions r ON r.code = d.region_code LEFT JOIN device_presence p ON p.device_id = d.id
     WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.region_code, d.id`,
  );

  return {
    /** Whether it was not there yet. @param at its instant by the server's time */
    insert(
      { seq, at: claimedAt, type, ...rest }: PlaybackRecord,
      from: FromBoot,
      at: number,
      now: number,
    ): boolean {
      const { changes } = insert.run({
        ...from,
        seq,
        at,
        claimedAt,
        type,
        broadcastId: rest.broadcastId ?? null,
        commandId: rest.commandId ?? null,
        sha256: rest.sha256 ?? null,
        positionMs: rest.positionMs ?? null,
        latenessMs: rest.latenessMs ?? null,
        grade: rest.grade ?? null,
        reason: rest.reason ?? null,
        silent: rest.silent ? 1 : 0,
        now,
      });
      return changes === 1;
    },
    stored: (seq: number, from: FromBoot) => selectStored.get({ ...from, seq }),
    correctInstant: (seq: number, from: FromBoot, at: number) => void updateAt.run({ ...from, seq, at }),
    /** Moves the cursor over every record that follows without a gap; returns where it stands. */
    advanceCursor(deviceId: string, bootId: string): number {
      const before = selectCursor.get(deviceId, bootId)?.ackedSeq ?? 0;
      let acked = before;
      for (const seq of selectAfter.iterate({ deviceId, bootId, after: before })) {
        if (seq !== acked + 1) break;
        acked = seq;
      }
      if (acked !== before) upsertCursor.run(deviceId, bootId, acked);
      return acked;
    },
    /** The same payload again is counted, not kept again; a device fills no more than its share. */
    quarantine({ deviceId, payload, problem, bootId = null, seq = null }: Quarantined, now: number): void {
      const digest = createHash("sha256")
        .update(JSON.stringify([bootId, payload]))
        .digest("hex");
      const row = { deviceId, digest, bootId, seq, payload, problem, now };
      quarantine.run({ ...row, limit: MAX_QUARANTINED });
    },
    /** Newest first, older than the row `before`. */
    quarantined({ deviceId, areas }: QuarantineFilter, before: number, limit: number): QuarantinedRow[] {
      const ranges = areas && JSON.stringify(areas.map(codeRange));
      return selectQuarantined.all({ deviceId, ranges, before, limit });
    },
    startedBy: (broadcastId: string) => selectStarted.all(broadcastId),
    proofOf: (broadcastId: string) => selectProof.all(broadcastId),
    /** What one device said of a broadcast and of the commands about it. */
    ofDevice: (deviceId: string, broadcastId: string, commandIds: readonly string[]) =>
      selectOfDevice.all({ deviceId, broadcastId, commandIds: JSON.stringify(commandIds) }),
    /** Newest first. */
    playedBy: (deviceId: string, before: PlayedBefore, limit: number) =>
      selectPlayed.all({ deviceId, ...before, limit }),
    /** What one device said of some broadcasts. */
    ofBroadcasts: (deviceId: string, broadcastIds: readonly string[]) =>
      selectOfBroadcasts.all({ deviceId, broadcastIds: JSON.stringify(broadcastIds) }),
    describeTargets: (deviceIds: string[]) => selectTargets.all(JSON.stringify(deviceIds)),
  };
}
export type ReportStore = ReturnType<typeof createReportStore>;
