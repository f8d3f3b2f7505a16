import type { Database } from "../db/open.ts";
import type { Content } from "../programmes/content.ts";
import type { Consent, Portrayal } from "./consent.ts";

type Key = Pick<Content, "kind" | "id">;
/** Who changes it. */
interface By {
  userId: string;
  now: number;
}
export type NewConsent = Portrayal & Pick<Consent, "id" | "segment" | "validUntil" | "renews">;

export function createConsentStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO consents (id, content_kind, content_id, segment, person, scope, valid_until, document, renews, created_at,
       changed_by, changed_at)
     VALUES (@id, @kind, @contentId, @segment, @person, @scope, @validUntil, @document, @renews, @now, @userId, @now)`,
  );
  const selectOf = db.prepare<[string], Consent>(
    `SELECT c.id, segment, person, scope, valid_until AS validUntil, document, renews, u.name AS changedBy,
       changed_at AS changedAt
     FROM consents c JOIN users u ON u.id = changed_by WHERE content_id = ? ORDER BY segment, person, c.id`,
  );
  const selectContents = db.prepare<[string], Key>(
    `SELECT DISTINCT content_kind AS kind, content_id AS id FROM consents
     WHERE erased_at IS NOT NULL OR valid_until < ? ORDER BY content_id`,
  );
  const update = db.prepare(
    `UPDATE consents SET scope = @scope, valid_until = @validUntil, document = @document, changed_by = @userId, changed_at = @now
     WHERE id = @id`,
  );
  const erase = db.prepare<By & { id: string }>(
    `UPDATE consents SET person = NULL, scope = NULL, document = NULL, erased_at = @now, changed_by = @userId, changed_at = @now
     WHERE id = @id`,
  );
  const remove = db.prepare<[string]>("DELETE FROM consents WHERE id = ?");

  return {
    insert: (consent: NewConsent, { kind, id: contentId }: Key, by: By): void =>
      void insert.run({ ...consent, ...by, kind, contentId }),
    of: (contentId: string) => selectOf.all(contentId),
    /** Those of which any was erased or ended before a day. */
    contentsEndedBefore: (day: string) => selectContents.all(day),
    update: (consent: Pick<Consent, "id" | "scope" | "validUntil" | "document">, by: By): void =>
      void update.run({
        id: consent.id,
        scope: consent.scope,
        validUntil: consent.validUntil,
        document: consent.document,
        ...by,
      }),
    /** Leaves nothing of who it was. */
    erase: (id: string, by: By): void => void erase.run({ id, ...by }),
    remove: (id: string): void => void remove.run(id),
  };
}
export type ConsentStore = ReturnType<typeof createConsentStore>;
