import type { Database } from "../db/open.ts";
import type { Reviewable } from "../programmes/content.ts";
import type { ReviewAct } from "./review.ts";

/** An act with what it was about as that was then. */
export interface RecordedAct extends ReviewAct {
  programme: string;
  number: number;
  title: string;
  /** SHA-256 of the recordings, in order. */
  recordings: string[];
  durationMs: number;
}

export type NewAct = Pick<ReviewAct, "at" | "act"> &
  Partial<
    Pick<ReviewAct, "inPlaceOf" | "step" | "steps" | "digest" | "playedThrough" | "change" | "reason">
  > & {
    userId: string;
  };

export interface ContentKey {
  kind: Reviewable["kind"];
  id: string;
}

type Row = Omit<RecordedAct, "by" | "inPlaceOf" | "recordings" | "playedThrough"> & {
  absentId: string | null;
  absentName: string | null;
  userId: string;
  userName: string;
  recordings: string;
  playedThrough: number | null;
};
const toAct = ({
  userId,
  userName,
  absentId,
  absentName,
  recordings,
  playedThrough,
  ...row
}: Row): RecordedAct => ({
  ...row,
  by: { id: userId, name: userName },
  inPlaceOf: absentId === null ? null : { id: absentId, name: absentName ?? "" },
  playedThrough: playedThrough === null ? null : playedThrough === 1,
  recordings: JSON.parse(recordings) as string[],
});

const SELECT = `SELECT a.id, at, act, user_id AS userId, u.name AS userName, in_place_of AS absentId, o.name AS absentName, step, steps, digest,
  played_through AS playedThrough, change, reason, programme, number, title, recordings, duration_ms AS durationMs
  FROM review_acts a JOIN users u ON u.id = a.user_id LEFT JOIN users o ON o.id = a.in_place_of`;

export function createReviewStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO review_acts (at, act, user_id, content_kind, content_id, in_place_of, step, steps, digest, played_through, change,
       reason, programme, number, title, recordings, duration_ms)
     VALUES (@at, @act, @userId, @kind, @id, @inPlaceOf, @step, @steps, @digest, @playedThrough, @change,
       @reason, @programme, @number, @title, @recordings, @durationMs)`,
  );
  const selectOf = db.prepare<[string], Row>(`${SELECT} WHERE content_id = ? ORDER BY a.id`);
  const selectPage = db.prepare<{ from: number; until: number; after: number; limit: number }, Row>(
    `${SELECT} WHERE act <> 'edited' AND at >= @from AND at < @until AND a.id > @after ORDER BY a.id LIMIT @limit`,
  );
  // Those whose last act that counts goes on with a round, oldest first.
  const selectGoingOn = db.prepare<[], ContentKey>(
    `SELECT content_kind AS kind, content_id AS id FROM review_acts
     WHERE id IN (SELECT MAX(id) FROM review_acts WHERE act <> 'edited' GROUP BY content_id)
       AND act IN ('submitted', 'signed') ORDER BY id`,
  );

  return {
    add: (
      act: NewAct,
      { kind, id, number, title, recordings, durationMs }: Reviewable,
      programme: string,
    ): void =>
      void insert.run({
        step: null,
        steps: null,
        digest: null,
        change: null,
        reason: null,
        ...act,
        inPlaceOf: act.inPlaceOf?.id ?? null,
        playedThrough: act.playedThrough === undefined ? null : Number(act.playedThrough),
        kind,
        id,
        programme,
        number,
        title,
        recordings: JSON.stringify(recordings),
        durationMs,
      }),
    /** In order. */
    of: (contentId: string) => selectOf.all(contentId).map(toAct),
    page: (from: number, until: number, after: number, limit: number) =>
      selectPage.all({ from, until, after, limit }).map(toAct),
    goingOn: () => selectGoingOn.all(),
  };
}
export type ReviewStore = ReturnType<typeof createReviewStore>;
