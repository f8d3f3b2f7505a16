import type { Database } from "../db/open.ts";

/** A calendar that is read by whoever has the link. Instants are epoch ms. */
export interface CalendarLink {
  id: string;
  regionCode: string;
  /** What its owner calls it, e.g. the phone that has it. */
  label: string;
  createdBy: string;
  createdAt: number;
  lastUsedAt: number | null;
}

interface NewLink {
  id: string;
  userId: string;
  regionCode: string;
  label: string;
  tokenHash: string;
  now: number;
}

const SELECT = `SELECT l.id, l.region_code AS regionCode, l.label, u.name AS createdBy, l.created_at AS createdAt,
  l.last_used_at AS lastUsedAt FROM calendar_links l JOIN users u ON u.id = l.user_id WHERE l.revoked_at IS NULL`;

export function createCalendarLinkStore(db: Database) {
  const insert = db.prepare<[NewLink]>(
    `INSERT INTO calendar_links (id, user_id, region_code, label, token_hash, created_at)
     VALUES (@id, @userId, @regionCode, @label, @tokenHash, @now)`,
  );
  const selectPage = db.prepare<[string, number], CalendarLink>(
    `${SELECT} AND l.id < ? ORDER BY l.id DESC LIMIT ?`,
  );
  const selectOne = db.prepare<[string], CalendarLink>(`${SELECT} AND l.id = ?`);
  const selectByToken = db.prepare<[string], CalendarLink>(`${SELECT} AND l.token_hash = ?`);
  const touch = db.prepare<[number, string]>("UPDATE calendar_links SET last_used_at = ? WHERE id = ?");
  const revoke = db.prepare<[number, string]>(
    "UPDATE calendar_links SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
  );
  return {
    insert: (link: NewLink) => void insert.run(link),
    page: (before: string, limit: number) => selectPage.all(before, limit),
    get: (id: string) => selectOne.get(id) ?? null,
    byToken: (tokenHash: string) => selectByToken.get(tokenHash) ?? null,
    touch: (id: string, now: number) => void touch.run(now, id),
    /** Whether it was in force. */
    revoke: (id: string, now: number) => revoke.run(now, id).changes === 1,
  };
}
export type CalendarLinkStore = ReturnType<typeof createCalendarLinkStore>;
