import type { Database } from "../db/open.ts";
import type { Ratings } from "./attendance.ts";
import type { CodeSpans } from "./check-in-store.ts";

/** What somebody wishes to be taught; of whom, nobody knows. */
export interface Wish {
  id: string;
  townCode: string;
  wish: string;
}

interface NewFeedback {
  /** It must not tell the order. */
  id: string;
  broadcastId: string;
  townCode: string;
  rating: number;
  wish: string | null;
}

export function createFeedbackStore(db: Database) {
  const insert = db.prepare<[NewFeedback]>(
    `INSERT INTO feedback (id, broadcast_id, town_code, rating, wish)
     VALUES (@id, @broadcastId, @townCode, @rating, @wish) ON CONFLICT DO NOTHING`,
  );
  const countIn = db
    .prepare<[string, string], number>(
      "SELECT COUNT(*) FROM feedback WHERE broadcast_id = ? AND town_code = ?",
    )
    .pluck();
  const selectRatings = db.prepare<[string], Ratings & { townCode: string }>(
    `SELECT town_code AS townCode, COUNT(*) AS count, SUM(rating) AS sum FROM feedback
     WHERE broadcast_id = ? GROUP BY town_code`,
  );
  const selectWishes = db.prepare<
    [{ broadcastId: string; spans: string; after: string; limit: number }],
    Wish
  >(
    `SELECT id, town_code AS townCode, wish FROM feedback f
     WHERE broadcast_id = @broadcastId AND wish IS NOT NULL AND id > @after
       AND EXISTS (SELECT 1 FROM json_each(@spans) WHERE f.town_code >= value ->> 'from' AND f.town_code < value ->> 'before')
     ORDER BY id LIMIT @limit`,
  );
  const forgetBefore = db.prepare<[number]>(
    `UPDATE feedback SET wish = NULL
     WHERE wish IS NOT NULL AND broadcast_id IN (SELECT id FROM broadcasts WHERE start_at < ?)`,
  );
  return {
    /** Nothing when it is there already. */
    insert: (feedback: NewFeedback): void => void insert.run(feedback),
    countIn: (broadcastId: string, townCode: string): number => countIn.get(broadcastId, townCode) ?? 0,
    ratings: (broadcastId: string) => selectRatings.all(broadcastId),
    /** In no order that means anything; `after` is the last id of the page before. */
    wishes: (broadcastId: string, spans: CodeSpans, after: string, limit: number) =>
      selectWishes.all({ broadcastId, spans: JSON.stringify(spans), after, limit }),
    /** Takes the wishes out of lectures that began before; the ratings stay. Returns how many. @param startedBefore epoch ms */
    forget: (startedBefore: number): number => forgetBefore.run(startedBefore).changes,
  };
}
export type FeedbackStore = ReturnType<typeof createFeedbackStore>;
