import type { Database } from "../db/open.ts";
import type { Grant } from "./permissions.ts";

/** Who a person is at a provider. */
export interface Identity {
  userId: string;
  issuer: string;
  subject: string;
  /** Which of the person's roles the provider's groups gave. */
  roles: Grant[];
  /** Epoch ms. */
  createdAt: number;
  /** Epoch ms; `null` while a link waits for the person's own word, and signs nobody in. */
  confirmedAt: number | null;
}

type Row = Omit<Identity, "roles"> & { roles: string };
const toIdentity = (row: Row | undefined): Identity | null =>
  row ? { ...row, roles: JSON.parse(row.roles) as Grant[] } : null;

export function createIdentityStore(db: Database) {
  const select = `SELECT user_id AS userId, issuer, subject, roles, created_at AS createdAt,
    confirmed_at AS confirmedAt FROM identities`;
  const selectBySubject = db.prepare<[string, string], Row>(`${select} WHERE issuer = ? AND subject = ?`);
  const selectOf = db.prepare<[string], Row>(`${select} WHERE user_id = ?`);
  const insert = db.prepare(
    `INSERT INTO identities (user_id, issuer, subject, roles, created_at, confirmed_at)
     VALUES (@userId, @issuer, @subject, @roles, @createdAt, @confirmedAt)`,
  );
  const updateRoles = db.prepare("UPDATE identities SET roles = ? WHERE user_id = ?");
  const confirm = db.prepare(
    "UPDATE identities SET confirmed_at = ? WHERE user_id = ? AND confirmed_at IS NULL",
  );
  const deleteOf = db.prepare("DELETE FROM identities WHERE user_id = ?");

  return {
    bySubject: (issuer: string, subject: string) => toIdentity(selectBySubject.get(issuer, subject)),
    of: (userId: string) => toIdentity(selectOf.get(userId)),
    insert: ({ roles, ...identity }: Identity) =>
      void insert.run({ ...identity, roles: JSON.stringify(roles) }),
    setRoles: (userId: string, roles: readonly Grant[]) =>
      void updateRoles.run(JSON.stringify(roles), userId),
    confirm: (userId: string, now: number) => void confirm.run(now, userId),
    delete: (userId: string) => void deleteOf.run(userId),
  };
}
export type IdentityStore = ReturnType<typeof createIdentityStore>;
