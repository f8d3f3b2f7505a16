import type { Database } from "../db/open.ts";
import type { Act, Grant } from "./permissions.ts";

/** Instants are epoch ms. */
export interface ApiToken {
  id: string;
  label: string;
  scopes: Act[];
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
}

interface TokenHolder extends ApiToken {
  userId: string;
  name: string;
  roles: Grant[];
  secondFactor: boolean;
}

type Row = Omit<ApiToken, "scopes"> & { scopes: string };
type HolderRow = Omit<TokenHolder, "scopes" | "roles" | "secondFactor"> & {
  scopes: string;
  roles: string;
  secondFactor: 0 | 1;
};
const withScopes = <R extends { scopes: string }>(row: R) => ({
  ...row,
  scopes: JSON.parse(row.scopes) as Act[],
});

export function createApiTokenStore(db: Database) {
  const columns = `t.id, t.label, t.scopes, t.created_at AS createdAt, t.expires_at AS expiresAt,
    t.last_used_at AS lastUsedAt`;
  const insert = db.prepare(
    `INSERT INTO api_tokens (id, user_id, label, token_hash, scopes, second_factor, created_at, expires_at)
     VALUES (@id, @userId, @label, @tokenHash, @scopes, @secondFactor, @createdAt, @expiresAt)`,
  );
  const selectOf = db.prepare<[string, number], Row>(
    `SELECT ${columns} FROM api_tokens t WHERE t.user_id = ? AND t.expires_at > ? ORDER BY t.id DESC`,
  );
  const selectHolder = db.prepare<[string, number], HolderRow>(
    `SELECT ${columns}, u.id AS userId, u.name, u.roles, t.second_factor AS secondFactor
     FROM api_tokens t JOIN users u ON u.id = t.user_id
     WHERE t.token_hash = ? AND t.expires_at > ? AND u.disabled_at IS NULL`,
  );
  const touch = db.prepare("UPDATE api_tokens SET last_used_at = ? WHERE id = ?");
  const deleteOne = db.prepare("DELETE FROM api_tokens WHERE id = ? AND user_id = ?");
  const deleteOf = db.prepare("DELETE FROM api_tokens WHERE user_id = ?");
  const deleteExpired = db.prepare("DELETE FROM api_tokens WHERE expires_at <= ?");

  return {
    insert: ({
      scopes,
      secondFactor,
      ...token
    }: ApiToken & { userId: string; tokenHash: string; secondFactor: boolean }) => {
      const { lastUsedAt: _, ...row } = token;
      insert.run({ ...row, scopes: JSON.stringify(scopes), secondFactor: secondFactor ? 1 : 0 });
    },
    /** Those in force, newest first. */
    of: (userId: string, now: number): ApiToken[] => selectOf.all(userId, now).map(withScopes),
    holder(tokenHash: string, now: number): TokenHolder | null {
      const row = selectHolder.get(tokenHash, now);
      if (!row) return null;
      return {
        ...withScopes(row),
        roles: JSON.parse(row.roles) as Grant[],
        secondFactor: row.secondFactor === 1,
      };
    },
    touch: (id: string, now: number) => void touch.run(now, id),
    delete: (id: string, userId: string) => deleteOne.run(id, userId).changes > 0,
    deleteOf: (userId: string) => void deleteOf.run(userId),
    deleteExpired: (now: number) => void deleteExpired.run(now),
  };
}
export type ApiTokenStore = ReturnType<typeof createApiTokenStore>;
