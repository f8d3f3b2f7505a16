import type { Database } from "../db/open.ts";
import type { ApprovalAct } from "../programmes/content.ts";

/** An approval given, taken back or voided, with what it was for as that was then. */
export interface ApprovalRecord {
  id: number;
  at: number;
  act: ApprovalAct;
  /** Who did it, or made the edit that voided it, by name. */
  by: string;
  programme: string;
  number: number;
  title: string;
  /** SHA-256 of the recordings, in order. */
  recordings: string[];
  durationMs: number;
}

type Row = Omit<ApprovalRecord, "recordings"> & { recordings: string };
const toRecord = ({ recordings, ...row }: Row): ApprovalRecord => ({
  ...row,
  recordings: JSON.parse(recordings) as string[],
});

const SELECT = `SELECT a.id, at, act, u.name AS by, programme, number, title, recordings, duration_ms AS durationMs
  FROM approval_records a JOIN users u ON u.id = a.user_id`;

export function createApprovalRecordStore(db: Database) {
  const parts = {
    episode: `SELECT e.number, e.title, p.title AS programme, s.asset_sha256, s.position, s.trim_from_ms, s.trim_to_ms
      FROM episodes e JOIN programmes p ON p.id = e.programme_id LEFT JOIN segments s ON s.episode_id = e.id WHERE e.id = @id`,
    session: `SELECT c.number, c.topic AS title, p.title AS programme, c.asset_sha256, 1 AS position, c.trim_from_ms, c.trim_to_ms
      FROM sessions c JOIN programmes p ON p.id = c.programme_id WHERE c.id = @id`,
  };
  const insertOf = (kind: keyof typeof parts) =>
    db.prepare(
      `INSERT INTO approval_records (at, act, user_id, content_kind, content_id, programme, number, title, recordings, duration_ms)
       SELECT @at, @act, @userId, '${kind}', @id, programme, number, part.title,
         COALESCE(json_group_array(asset_sha256 ORDER BY position) FILTER (WHERE asset_sha256 IS NOT NULL), '[]'),
         COALESCE(SUM(COALESCE(trim_to_ms - trim_from_ms, a.duration_ms)), 0)
       FROM (${parts[kind]}) part LEFT JOIN assets a ON a.sha256 = part.asset_sha256 GROUP BY number`,
    );
  const insert = { episode: insertOf("episode"), session: insertOf("session") };
  const selectPage = db.prepare<{ from: number; until: number; after: number; limit: number }, Row>(
    `${SELECT} WHERE at >= @from AND at < @until AND a.id > @after ORDER BY a.id LIMIT @limit`,
  );
  const selectInForce = db.prepare<[string, number], Row>(
    `${SELECT} WHERE content_id = ? AND act = 'approved' AND at <= ? ORDER BY at DESC, a.id DESC LIMIT 1`,
  );

  return {
    /** Writes down what the content is now. */
    add: (kind: keyof typeof parts, record: { id: string; at: number; act: ApprovalAct; userId: string }) =>
      void insert[kind].run(record),
    page: (from: number, until: number, after: number, limit: number) =>
      selectPage.all({ from, until, after, limit }).map(toRecord),
    /** The last approval of some content up to an instant. */
    lastGiven(contentId: string, at: number): ApprovalRecord | null {
      const row = selectInForce.get(contentId, at);
      return row ? toRecord(row) : null;
    },
  };
}
export type ApprovalRecordStore = ReturnType<typeof createApprovalRecordStore>;
