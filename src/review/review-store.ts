import type { Database } from "../db/open.ts";
import type { Reviewable } from "../programmes/content.ts";
import type { SignedFile } from "./digest.ts";
import { type ReviewAct, THE_SERVER } from "./review.ts";

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
    Pick<
      ReviewAct,
      "inPlaceOf" | "step" | "steps" | "digest" | "files" | "playedThrough" | "change" | "reason"
    >
  > & {
    /** `null` for the server itself. */
    userId: string | null;
  };

export interface ContentKey {
  kind: Reviewable["kind"];
  id: string;
}

type Row = Omit<RecordedAct, "by" | "inPlaceOf" | "recordings" | "files" | "playedThrough"> & {
  absentId: string | null;
  absentName: string | null;
  userId: string | null;
  userName: string | null;
  recordings: string;
  files: string | null;
  playedThrough: number | null;
};
const toAct = ({
  userId,
  userName,
  absentId,
  absentName,
  recordings,
  files,
  playedThrough,
  ...row
}: Row): RecordedAct => ({
  ...row,
  by: userId === null ? THE_SERVER : { id: userId, name: userName ?? "" },
  inPlaceOf: absentId === null ? null : { id: absentId, name: absentName ?? "" },
  playedThrough: playedThrough === null ? null : playedThrough === 1,
  recordings: JSON.parse(recordings) as string[],
  files: files === null ? null : (JSON.parse(files) as SignedFile[]),
});

const SELECT = `SELECT a.id, at, act, user_id AS userId, u.name AS userName, in_place_of AS absentId, o.name AS absentName, step, steps, digest, files,
  played_through AS playedThrough, change, reason, programme, number, title, recordings, duration_ms AS durationMs
  FROM review_acts a LEFT JOIN users u ON u.id = a.user_id LEFT JOIN users o ON o.id = a.in_place_of`;

export function createReviewStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO review_acts (at, act, user_id, content_kind, content_id, in_place_of, step, steps, digest, files, played_through, change,
       reason, programme, number, title, recordings, trimmed, duration_ms)
     VALUES (@at, @act, @userId, @kind, @id, @inPlaceOf, @step, @steps, @digest, @files, @playedThrough, @change,
       @reason, @programme, @number, @title, @recordings, @trimmed, @durationMs)`,
  );
  const selectOf = db.prepare<[string], Row>(`${SELECT} WHERE content_id = ? ORDER BY a.id`);
  const selectPage = db.prepare<{ from: number; until: number; after: number; limit: number }, Row>(
    `${SELECT} WHERE act <> 'edited' AND at >= @from AND at < @until AND a.id > @after ORDER BY a.id LIMIT @limit`,
  );
  const selectEnded = db.prepare<[], ContentKey>(
    `SELECT content_kind AS kind, content_id AS id FROM review_acts
     WHERE id IN (SELECT MAX(id) FROM review_acts WHERE act <> 'edited' GROUP BY content_id)
       AND act IN ('returned', 'withdrawn', 'voided') ORDER BY id DESC`,
  );
  // Those whose last act that counts goes on with a round, oldest first.
  const selectGoingOn = db.prepare<[], ContentKey>(
    `SELECT content_kind AS kind, content_id AS id FROM review_acts
     WHERE id IN (SELECT MAX(id) FROM review_acts WHERE act <> 'edited' GROUP BY content_id)
       AND act IN ('submitted', 'signed') ORDER BY id`,
  );
  const selectJudgement = db.prepare<
    { sha256: string },
    Pick<RecordedAct, "act" | "title"> & { isTrimmed: 0 | 1 }
  >(
    `SELECT act, title, @sha256 IN (SELECT value FROM json_each(trimmed)) AS isTrimmed
     FROM review_acts WHERE act IN ('signed', 'returned', 'withdrawn')
       AND @sha256 IN (SELECT value FROM json_each(recordings)) ORDER BY id DESC LIMIT 1`,
  );

  return {
    add: (
      act: NewAct,
      { kind, id, number, title, recordings, trimmed, durationMs }: Reviewable,
      programme: string,
    ): void =>
      void insert.run({
        step: null,
        steps: null,
        digest: null,
        change: null,
        reason: null,
        ...act,
        files: act.files ? JSON.stringify(act.files) : null,
        inPlaceOf: act.inPlaceOf?.id ?? null,
        playedThrough: act.playedThrough === undefined ? null : Number(act.playedThrough),
        kind,
        id,
        programme,
        number,
        title,
        recordings: JSON.stringify(recordings),
        trimmed: JSON.stringify(trimmed),
        durationMs,
      }),
    /** In order. */
    of: (contentId: string) => selectOf.all(contentId).map(toAct),
    page: (from: number, until: number, after: number, limit: number) =>
      selectPage.all({ from, until, after, limit }).map(toAct),
    /** What was last said of a recording, by its SHA-256, in whatever it was then. */
    lastJudgementOn: (sha256: string) => selectJudgement.get({ sha256 }) ?? null,
    goingOn: () => selectGoingOn.all(),
    /** Those whose last round was ended and that were not submitted anew, the latest first. */
    ended: () => selectEnded.all(),
  };
}
export type ReviewStore = ReturnType<typeof createReviewStore>;
