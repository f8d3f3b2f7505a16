import type { Database } from "../db/open.ts";
import type { Reviewable } from "../programmes/content.ts";
import type { Consent } from "./consent.ts";

export function createConsentStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO consents (id, content_kind, content_id, segment, person, scope, valid_until, document, created_by, created_at)
     VALUES (@id, @kind, @contentId, @segment, @person, @scope, @validUntil, @document, @userId, @now)`,
  );
  const selectOf = db.prepare<[string], Consent>(
    `SELECT id, segment, person, scope, valid_until AS validUntil, document
     FROM consents WHERE content_id = ? ORDER BY segment, person, id`,
  );
  const update = db.prepare(
    `UPDATE consents SET scope = @scope, valid_until = @validUntil, document = @document
     WHERE id = @id AND content_id = @contentId`,
  );
  const remove = db.prepare("DELETE FROM consents WHERE id = ? AND content_id = ?");

  return {
    insert: (
      consent: Consent & { kind: Reviewable["kind"]; contentId: string; userId: string; now: number },
    ) => void insert.run(consent),
    of: (contentId: string) => selectOf.all(contentId),
    update: (contentId: string, consent: Omit<Consent, "segment" | "person">): void =>
      void update.run({ ...consent, contentId }),
    /** Returns whether there was one. */
    remove: (contentId: string, id: string): boolean => remove.run(id, contentId).changes === 1,
  };
}
export type ConsentStore = ReturnType<typeof createConsentStore>;
