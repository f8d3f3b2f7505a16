import type { Database } from "../db/open.ts";

export interface EnrolmentCodeRow {
  codeHash: string;
  deviceId: string;
  expiresAt: number;
  usedAt: number | null;
}

export function createEnrolmentStore(db: Database) {
  const insert = db.prepare<[{ codeHash: string; deviceId: string; now: number; expiresAt: number }]>(
    `INSERT INTO enrolment_codes (code_hash, device_id, created_at, expires_at)
     VALUES (@codeHash, @deviceId, @now, @expiresAt)`,
  );
  const select = db.prepare<[string], EnrolmentCodeRow>(
    `SELECT code_hash AS codeHash, device_id AS deviceId, expires_at AS expiresAt, used_at AS usedAt
     FROM enrolment_codes WHERE code_hash = ?`,
  );
  const markUsed = db.prepare("UPDATE enrolment_codes SET used_at = ? WHERE code_hash = ?");
  const deleteUnused = db.prepare("DELETE FROM enrolment_codes WHERE device_id = ? AND used_at IS NULL");

  const deleteExpired = db.prepare("DELETE FROM enrolment_codes WHERE expires_at <= ?");

  return {
    insertCode: (row: { codeHash: string; deviceId: string; now: number; expiresAt: number }) =>
      void insert.run(row),
    findCode: (codeHash: string) => select.get(codeHash),
    markUsed: (codeHash: string, now: number) => void markUsed.run(now, codeHash),
    deleteExpired: (before: number) => void deleteExpired.run(before),
    deleteUnused: (deviceId: string) => void deleteUnused.run(deviceId),
  };
}
export type EnrolmentStore = ReturnType<typeof createEnrolmentStore>;
