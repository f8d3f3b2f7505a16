import type { Database } from "../db/open.ts";

/** What names a CAP message, for good. */
export interface CapName {
  sender: string;
  identifier: string;
  sent: string;
}

export interface CapRow extends CapName {
  /** SHA-256 of the message as it came. */
  digest: string;
  emergencyId: string;
}

export function createCapStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO cap_messages (sender, identifier, sent, digest, emergency_id, received_at)
     VALUES (@sender, @identifier, @sent, @digest, @emergencyId, @now)`,
  );
  const select = db.prepare<CapName, CapRow>(
    `SELECT sender, identifier, sent, digest, emergency_id AS emergencyId FROM cap_messages
     WHERE sender = @sender AND identifier = @identifier AND sent = @sent`,
  );
  return {
    insert: (row: CapRow, now: number) => void insert.run({ ...row, now }),
    find: ({ sender, identifier, sent }: CapName): CapRow | null =>
      select.get({ sender, identifier, sent }) ?? null,
  };
}
export type CapStore = ReturnType<typeof createCapStore>;
