import type { Database } from "../db/open.ts";
import type { MessageType } from "../protocol/signing.ts";

export interface OutboxMessage {
  topic: string;
  payload: string;
  /** Sign the payload as this kind of message just before publishing; `null` publishes it as it is. */
  signAs: Extract<MessageType, "command" | "alert"> | null;
  retain: boolean;
  /** What devices act on at once goes before what only tells them to fetch, in the time that they have for it. */
  urgent: boolean;
  /** Epoch ms after which it is dropped instead of sent late; `null` for never. */
  notAfter: number | null;
}
export type OutboxRow = Omit<OutboxMessage, "retain" | "urgent"> & { id: number; retain: 0 | 1 };

export function createOutboxStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO outbox (topic, payload, sign_as, retain, urgent, not_after, created_at)
     VALUES (@topic, @payload, @signAs, @retain, @urgent, @notAfter, @now)`,
  );
  const select = db.prepare<[number], OutboxRow>(
    `SELECT id, topic, payload, sign_as AS signAs, retain, not_after AS notAfter FROM outbox
     ORDER BY urgent DESC, id LIMIT ?`,
  );
  const remove = db.prepare("DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))");
  const count = db.prepare<[], { n: number }>("SELECT COUNT(*) AS n FROM outbox");
  const countUrgent = db.prepare<[], number>("SELECT COUNT(*) FROM outbox WHERE urgent = 1").pluck();
  return {
    insert: (message: OutboxMessage, now: number) =>
      void insert.run({
        ...message,
        retain: message.retain ? 1 : 0,
        urgent: message.urgent ? 1 : 0,
        now,
      }),
    /** The urgent first, each kind in the order in which it came. */
    next: (limit: number) => select.all(limit),
    remove: (ids: number[]) => void remove.run(JSON.stringify(ids)),
    count: () => count.get()?.n ?? 0,
    countUrgent: () => countUrgent.get() ?? 0,
  };
}
export type OutboxStore = ReturnType<typeof createOutboxStore>;
