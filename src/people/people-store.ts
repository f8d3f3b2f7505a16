import type { Database } from "../db/open.ts";
import type { Grant } from "./permissions.ts";

export interface StoredPerson {
  id: string;
  name: string;
  roles: Grant[];
  /** `null` until the first invitation is accepted. */
  passwordHash: string | null;
  /** Another one once another password is set. */
  passwordVersion: number;
  /** Epoch ms. */
  createdAt: number;
  disabledAt: number | null;
}

interface Invitation {
  userId: string;
  issuedBy: string;
  expiresAt: number;
}

type Row = Omit<StoredPerson, "roles"> & { roles: string };
const toPerson = (row: Row): StoredPerson => ({ ...row, roles: JSON.parse(row.roles) as Grant[] });

/** People and the invitations by which they set their passwords. */
export function createPeopleStore(db: Database) {
  const select = `SELECT id, name, roles, password_hash AS passwordHash, password_version AS passwordVersion,
    created_at AS createdAt, disabled_at AS disabledAt FROM users`;
  const countPeople = db.prepare<[], number>("SELECT COUNT(*) FROM users").pluck();
  const selectAll = db.prepare<[], Row>(`${select} ORDER BY name`);
  const selectById = db.prepare<[string], Row>(`${select} WHERE id = ?`);
  const selectByName = db.prepare<[string], Row>(`${select} WHERE name = ?`);
  const insert = db.prepare(
    `INSERT INTO users (id, name, roles, password_hash, created_at)
     VALUES (@id, @name, @roles, @passwordHash, @createdAt)`,
  );
  const updateRoles = db.prepare("UPDATE users SET roles = ? WHERE id = ?");
  const updatePassword = db.prepare(
    "UPDATE users SET password_hash = ?, password_version = password_version + 1 WHERE id = ?",
  );
  const replaceHash = db.prepare("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?");
  const updateDisabled = db.prepare("UPDATE users SET disabled_at = ? WHERE id = ?");
  const insertInvitation = db.prepare(
    `INSERT INTO invitations (token_hash, user_id, issued_by, created_at, expires_at)
     VALUES (@tokenHash, @userId, @issuedBy, @now, @expiresAt)`,
  );
  const selectInvitation = db.prepare<[string], Invitation>(
    "SELECT user_id AS userId, issued_by AS issuedBy, expires_at AS expiresAt FROM invitations WHERE token_hash = ?",
  );
  const selectInvitationOf = db
    .prepare<[string, number], number>(
      "SELECT MAX(expires_at) FROM invitations WHERE user_id = ? AND expires_at > ?",
    )
    .pluck();
  const deleteExpired = db.prepare("DELETE FROM invitations WHERE expires_at <= ?");
  const deleteInvitations = db.prepare("DELETE FROM invitations WHERE user_id = ?");

  const found = (row: Row | undefined) => (row ? toPerson(row) : null);
  return {
    isEmpty: () => countPeople.get() === 0,
    all: () => selectAll.all().map(toPerson),
    byId: (id: string) => found(selectById.get(id)),
    byName: (name: string) => found(selectByName.get(name)),
    insert: ({ roles, ...person }: Omit<StoredPerson, "passwordVersion" | "disabledAt">) =>
      void insert.run({ ...person, roles: JSON.stringify(roles) }),
    setRoles: (id: string, roles: readonly Grant[]) => void updateRoles.run(JSON.stringify(roles), id),
    setPassword: (id: string, passwordHash: string) => void updatePassword.run(passwordHash, id),
    /** The same password, hashed otherwise; does nothing when it was changed meanwhile. */
    rehash: (id: string, former: string, passwordHash: string) =>
      void replaceHash.run(passwordHash, id, former),
    setDisabled: (id: string, at: number | null) => void updateDisabled.run(at, id),
    insertInvitation: (row: {
      tokenHash: string;
      userId: string;
      issuedBy: string;
      now: number;
      expiresAt: number;
    }) => void insertInvitation.run(row),
    invitation: (tokenHash: string) => selectInvitation.get(tokenHash) ?? null,
    /** Until when an open one holds, epoch ms. */
    invitedUntil: (userId: string, now: number) => selectInvitationOf.get(userId, now) ?? null,
    deleteExpiredInvitations: (now: number) => void deleteExpired.run(now),
    deleteInvitations: (userId: string) => void deleteInvitations.run(userId),
  };
}
export type PeopleStore = ReturnType<typeof createPeopleStore>;
