import type { Database } from "../db/open.ts";
import type { Command } from "../protocol/messages.ts";

export interface ScopeRevision {
  /** `area/370783000000` or `device/<id>`. */
  scope: string;
  revision: number;
  changedAt: number;
  fetchBy: number;
}

export interface CommandRow {
  id: string;
  type: string;
  issuedAt: number;
  notAfter: number;
}

export function createDownlinkStore(db: Database) {
  const selectHighest = db.prepare<[], { revision: number | null }>(
    "SELECT MAX(revision) AS revision FROM playlist_revisions",
  );
  const upsertRevision = db.prepare(
    `INSERT INTO playlist_revisions (scope, revision, changed_at, fetch_by)
     VALUES (@scope, @revision, @changedAt, @fetchBy)
     ON CONFLICT (scope) DO UPDATE SET revision = excluded.revision, changed_at = excluded.changed_at,
       fetch_by = excluded.fetch_by`,
  );
  const selectNewest = db.prepare<[string], ScopeRevision>(
    `SELECT scope, revision, changed_at AS changedAt, fetch_by AS fetchBy FROM playlist_revisions
     WHERE scope IN (SELECT value FROM json_each(?)) ORDER BY revision DESC LIMIT 1`,
  );
  const selectAll = db.prepare<[], ScopeRevision>(
    "SELECT scope, revision, changed_at AS changedAt, fetch_by AS fetchBy FROM playlist_revisions ORDER BY revision",
  );
  const insertCommand = db.prepare(
    `INSERT INTO commands (id, type, broadcast_id, payload, issued_at, not_after, repeat_until_acked)
     VALUES (@id, @type, @broadcastId, @payload, @issuedAt, @notAfter, @repeat)`,
  );
  const insertTarget = db.prepare(
    "INSERT OR IGNORE INTO command_targets (command_id, device_id) VALUES (?, ?)",
  );
  const selectUnsettled = db.prepare<[], { payload: string }>(
    "SELECT payload FROM commands WHERE repeat_until_acked = 1 AND settled_at IS NULL ORDER BY issued_at",
  );
  const selectOwed = db.prepare<[string, number], { payload: string }>(
    `SELECT c.payload FROM command_targets t JOIN commands c ON c.id = t.command_id
     WHERE t.device_id = ? AND t.acked_at IS NULL AND c.settled_at IS NULL AND c.not_after >= ? ORDER BY c.issued_at`,
  );
  const countUnacked = db.prepare<[string], { n: number }>(
    "SELECT COUNT(*) AS n FROM command_targets WHERE command_id = ? AND acked_at IS NULL",
  );
  const selectAcked = db.prepare<[string], { id: string }>(
    "SELECT device_id AS id FROM command_targets WHERE command_id = ? AND acked_at IS NOT NULL",
  );
  const settle = db.prepare("UPDATE commands SET settled_at = ? WHERE id = ?");
  const acknowledge = db.prepare(
    "UPDATE command_targets SET acked_at = @at WHERE command_id = @commandId AND device_id = @deviceId AND acked_at IS NULL",
  );
  const selectCommand = db.prepare<[string], { settledAt: number | null; targets: number; acked: number }>(
    `SELECT settled_at AS settledAt, COUNT(t.device_id) AS targets, COUNT(t.acked_at) AS acked
     FROM commands c LEFT JOIN command_targets t ON t.command_id = c.id WHERE c.id = ? GROUP BY c.id`,
  );

  const selectOfBroadcast = db.prepare<[string], CommandRow>(
    `SELECT id, type, issued_at AS issuedAt, not_after AS notAfter FROM commands
     WHERE broadcast_id = ? ORDER BY issued_at, id`,
  );

  return {
    /** Gives all scopes one new revision, higher than every one before. */
    raiseRevision(scopes: string[], changedAt: number, fetchBy: number): number {
      const revision = (selectHighest.get()?.revision ?? 0) + 1;
      for (const scope of scopes) upsertRevision.run({ scope, revision, changedAt, fetchBy });
      return revision;
    },
    newestOf: (scopes: string[]) => selectNewest.get(JSON.stringify(scopes)),
    allRevisions: () => selectAll.all(),
    insertCommand(command: Command, broadcastId: string | null, repeatFor: string[] | null) {
      insertCommand.run({
        id: command.id,
        type: command.type,
        broadcastId,
        payload: JSON.stringify(command),
        issuedAt: command.issuedAt,
        notAfter: command.notAfter,
        repeat: repeatFor ? 1 : 0,
      });
      for (const deviceId of repeatFor ?? []) insertTarget.run(command.id, deviceId);
    },
    ofBroadcast: (broadcastId: string) => selectOfBroadcast.all(broadcastId),
    unsettled: () => selectUnsettled.all().map((row) => JSON.parse(row.payload) as Command),
    /** What a device is still to acknowledge, oldest first. */
    owed: (deviceId: string, now: number) =>
      selectOwed.all(deviceId, now).map((row) => JSON.parse(row.payload) as Command),
    ackedBy: (commandId: string) => new Set(selectAcked.all(commandId).map(({ id }) => id)),
    unackedCount: (commandId: string) => countUnacked.get(commandId)?.n ?? 0,
    settle: (commandId: string, at: number) => void settle.run(at, commandId),
    acknowledge: (commandId: string, deviceId: string, at: number) =>
      void acknowledge.run({ commandId, deviceId, at }),
    commandProgress: (commandId: string) => selectCommand.get(commandId),
  };
}
export type DownlinkStore = ReturnType<typeof createDownlinkStore>;
