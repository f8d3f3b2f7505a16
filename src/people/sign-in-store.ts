import type { Database } from "../db/open.ts";
import type { Grant } from "./permissions.ts";

/** One of somebody's sign-ins, as it is shown to them. Instants are epoch ms. */
export interface SignInRecord {
  id: string;
  secondFactor: boolean;
  address: string;
  agent: string;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
}

/** With whose it is, for each request. */
interface Holder {
  id: string;
  userId: string;
  name: string;
  roles: Grant[];
  secondFactor: boolean;
  lastSeenAt: number;
  expiresAt: number;
}

type Flag = { secondFactor: 0 | 1 };
type RecordRow = Omit<SignInRecord, "secondFactor"> & Flag;
type HolderRow = Omit<Holder, "secondFactor" | "roles"> & Flag & { roles: string };

/** Sign-ins and what was tried in vain. */
export function createSignInStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO sign_ins (id, token_hash, user_id, second_factor, address, agent, created_at, last_seen_at, expires_at)
     VALUES (@id, @tokenHash, @userId, @secondFactor, @address, @agent, @now, @now, @expiresAt)`,
  );
  const selectHolder = db.prepare<[string], HolderRow>(
    `SELECT s.id, u.id AS userId, u.name, u.roles, s.second_factor AS secondFactor, s.last_seen_at AS lastSeenAt,
       s.expires_at AS expiresAt
     FROM sign_ins s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ? AND u.disabled_at IS NULL`,
  );
  const selectOf = db.prepare<[string, number, number], RecordRow>(
    `SELECT id, second_factor AS secondFactor, address, agent, created_at AS createdAt, last_seen_at AS lastSeenAt,
       expires_at AS expiresAt
     FROM sign_ins WHERE user_id = ? AND expires_at > ? AND last_seen_at > ? ORDER BY id DESC`,
  );
  const touch = db.prepare("UPDATE sign_ins SET last_seen_at = ? WHERE id = ?");
  const proveSecondFactor = db.prepare("UPDATE sign_ins SET second_factor = 1 WHERE id = ?");
  const forgetSecondFactor = db.prepare("UPDATE sign_ins SET second_factor = 0 WHERE user_id = ?");
  const deleteOne = db.prepare("DELETE FROM sign_ins WHERE id = ? AND user_id = ?");
  const deleteOthers = db.prepare("DELETE FROM sign_ins WHERE user_id = ? AND id <> ?");
  const deleteExpired = db.prepare("DELETE FROM sign_ins WHERE expires_at <= ? OR last_seen_at <= ?");
  const selectFailures = db.prepare<[string], { failures: number; lastAt: number }>(
    "SELECT failures, last_at AS lastAt FROM sign_in_failures WHERE subject = ?",
  );
  const upsertFailures = db.prepare(
    `INSERT INTO sign_in_failures (subject, failures, last_at) VALUES (@subject, @failures, @lastAt)
     ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at`,
  );
  const deleteFailures = db.prepare("DELETE FROM sign_in_failures WHERE subject = ?");
  const deleteFailuresOf = db.prepare<{ prefix: string }>(
    "DELETE FROM sign_in_failures WHERE substr(subject, 1, length(@prefix)) = @prefix",
  );
  const deleteOldFailures = db.prepare("DELETE FROM sign_in_failures WHERE last_at <= ?");

  return {
    insert: ({
      secondFactor,
      ...row
    }: {
      id: string;
      tokenHash: string;
      userId: string;
      secondFactor: boolean;
      address: string;
      agent: string;
      now: number;
      expiresAt: number;
    }) => void insert.run({ ...row, secondFactor: secondFactor ? 1 : 0 }),
    /** `null` also for the sign-in of a disabled person. */
    holder(tokenHash: string): Holder | null {
      const row = selectHolder.get(tokenHash);
      if (!row) return null;
      return { ...row, roles: JSON.parse(row.roles) as Grant[], secondFactor: row.secondFactor === 1 };
    },
    /** Those in force, newest first. */
    of: (userId: string, now: number, idleSince: number): SignInRecord[] =>
      selectOf.all(userId, now, idleSince).map((row) => ({ ...row, secondFactor: row.secondFactor === 1 })),
    touch: (id: string, now: number) => void touch.run(now, id),
    proveSecondFactor: (id: string) => void proveSecondFactor.run(id),
    forgetSecondFactor: (userId: string) => void forgetSecondFactor.run(userId),
    delete: (id: string, userId: string) => deleteOne.run(id, userId).changes > 0,
    /** @param keep the id of one that stays; an empty text keeps none */
    deleteOthers: (userId: string, keep: string) => void deleteOthers.run(userId, keep),
    deleteExpired: (now: number, idleSince: number) => void deleteExpired.run(now, idleSince),
    failures: (subject: string) => selectFailures.get(subject) ?? { failures: 0, lastAt: 0 },
    setFailures: (subject: string, failures: number, lastAt: number) =>
      void (failures > 0 ? upsertFailures.run({ subject, failures, lastAt }) : deleteFailures.run(subject)),
    /** Of all subjects that begin so. */
    deleteFailuresOf: (prefix: string) => void deleteFailuresOf.run({ prefix }),
    deleteOldFailures: (before: number) => void deleteOldFailures.run(before),
  };
}
export type SignInStore = ReturnType<typeof createSignInStore>;
