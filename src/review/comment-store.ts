import type { Database } from "../db/open.ts";
import type { Somebody } from "./review.ts";
import type { ContentKey } from "./review-store.ts";

/** Something said about a moment of what is heard. */
export interface ReviewComment {
  id: string;
  /** In air order, from 1, and its title then. */
  part: number;
  partTitle: string;
  atMs: number;
  text: string;
  /** What was there to be heard then. */
  digest: string;
  by: Somebody;
  /** Epoch ms. */
  createdAt: number;
  resolved: { at: number; by: Somebody } | null;
}

interface Row extends Omit<ReviewComment, "by" | "resolved"> {
  userId: string;
  userName: string;
  resolvedAt: number | null;
  resolvedBy: string | null;
  resolverName: string | null;
}
const toComment = ({
  userId,
  userName,
  resolvedAt,
  resolvedBy,
  resolverName,
  ...row
}: Row): ReviewComment => ({
  ...row,
  by: { id: userId, name: userName },
  resolved:
    resolvedAt === null ? null : { at: resolvedAt, by: { id: resolvedBy ?? "", name: resolverName ?? "" } },
});

export function createCommentStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO review_comments (id, content_kind, content_id, part, part_title, at_ms, text, digest, user_id, created_at)
     VALUES (@id, @kind, @contentId, @part, @partTitle, @atMs, @text, @digest, @userId, @now)`,
  );
  const select = db.prepare<[string], Row>(
    `SELECT c.id, part, part_title AS partTitle, at_ms AS atMs, text, digest, user_id AS userId, u.name AS userName,
       c.created_at AS createdAt, resolved_at AS resolvedAt, resolved_by AS resolvedBy, r.name AS resolverName
     FROM review_comments c JOIN users u ON u.id = c.user_id LEFT JOIN users r ON r.id = c.resolved_by
     WHERE content_id = ? ORDER BY part, at_ms, c.id`,
  );
  const countOpen = db
    .prepare<[string], number>(
      "SELECT COUNT(*) FROM review_comments WHERE content_id = ? AND resolved_at IS NULL",
    )
    .pluck();
  const setResolved = db.prepare(
    "UPDATE review_comments SET resolved_at = @at, resolved_by = @userId WHERE id = @id AND content_id = @contentId",
  );

  return {
    add: (
      { kind, id: contentId }: ContentKey,
      comment: Pick<ReviewComment, "id" | "part" | "partTitle" | "atMs" | "text" | "digest"> & {
        userId: string;
        now: number;
      },
    ) => void insert.run({ ...comment, kind, contentId }),
    /** In order of what is heard. */
    of: (contentId: string) => select.all(contentId).map(toComment),
    countOpen: (contentId: string) => countOpen.get(contentId) ?? 0,
    /** Returns whether there is such a comment. */
    setResolved: (contentId: string, id: string, by: { at: number; userId: string } | null): boolean =>
      setResolved.run({ id, contentId, at: by?.at ?? null, userId: by?.userId ?? null }).changes === 1,
  };
}
export type CommentStore = ReturnType<typeof createCommentStore>;
