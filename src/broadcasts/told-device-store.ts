import type { Database } from "../db/open.ts";

/** The devices that were resolved when a broadcast was frozen. */
export function createToldDeviceStore(db: Database) {
  const insert = db.prepare(
    "INSERT OR IGNORE INTO broadcast_targets (broadcast_id, device_id) VALUES (?, ?)",
  );
  const selectAll = db.prepare<[string], { deviceId: string }>(
    "SELECT device_id AS deviceId FROM broadcast_targets WHERE broadcast_id = ?",
  );
  const selectOne = db.prepare<[string, string]>(
    "SELECT 1 FROM broadcast_targets WHERE broadcast_id = ? AND device_id = ?",
  );
  return {
    add(broadcastId: string, deviceIds: readonly string[]): void {
      for (const deviceId of deviceIds) insert.run(broadcastId, deviceId);
    },
    of: (broadcastId: string): string[] => selectAll.all(broadcastId).map(({ deviceId }) => deviceId),
    has: (broadcastId: string, deviceId: string): boolean =>
      selectOne.get(broadcastId, deviceId) !== undefined,
  };
}
