import type { Database } from "../db/open.ts";

/** That an announcement takes a second person, and who that was. Instants are epoch ms. */
export interface ConfirmationRow {
  /** Also its announcement's. */
  id: string;
  /** Who made it, or gave it its recording afterwards. */
  askedBy: string;
  /** The quiet window that it may fall into, as local times. */
  quietFrom: string;
  quietTo: string;
  confirmedBy: string | null;
  confirmedByName: string | null;
  confirmedAt: number | null;
  /** What was confirmed; `null` for what is to be spoken. */
  compositionId: string | null;
}

type Asked = Pick<ConfirmationRow, "id" | "askedBy" | "quietFrom" | "quietTo">;
type Confirmed = Pick<ConfirmationRow, "id" | "confirmedBy" | "confirmedAt" | "compositionId">;

/** Whom it keeps from confirming, too. */
export interface Confirmation extends ConfirmationRow {
  /** Who asked for it, and who made what is heard. */
  by: string[];
}

export function createConfirmationStore(db: Database) {
  const ask = db.prepare<Asked>(
    `INSERT INTO confirmations (id, asked_by, quiet_from, quiet_to) VALUES (@id, @askedBy, @quietFrom, @quietTo)
     ON CONFLICT (id) DO UPDATE SET asked_by = @askedBy, quiet_from = @quietFrom, quiet_to = @quietTo,
       confirmed_by = NULL, confirmed_at = NULL, composition_id = NULL`,
  );
  const confirm = db.prepare<Confirmed>(
    `UPDATE confirmations SET confirmed_by = @confirmedBy, confirmed_at = @confirmedAt, composition_id = @compositionId
     WHERE id = @id`,
  );
  const selectOne = db.prepare<[string], ConfirmationRow>(
    `SELECT id, asked_by AS askedBy, quiet_from AS quietFrom, quiet_to AS quietTo, confirmed_by AS confirmedBy,
       (SELECT name FROM users WHERE users.id = confirmed_by) AS confirmedByName, confirmed_at AS confirmedAt,
       composition_id AS compositionId FROM confirmations WHERE id = ?`,
  );
  return {
    /** Anew, whatever was confirmed before. */
    ask: (asked: Asked): void => void ask.run(asked),
    confirm: (confirmed: Confirmed): void => void confirm.run(confirmed),
    get: (id: string): ConfirmationRow | null => selectOne.get(id) ?? null,
  };
}
export type ConfirmationStore = ReturnType<typeof createConfirmationStore>;
