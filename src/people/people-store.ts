import type { Database } from "../db/open.ts";

export interface User {
  id: string;
  name: string;
  role: "administrator";
}

export interface SignInRow extends User {
  lastSeenAt: number;
  expiresAt: number;
}

export function createPeopleStore(db: Database) {
  const countUsers = db.prepare<[], { n: number }>("SELECT COUNT(*) AS n FROM users");
  const insertUser = db.prepare(
    "INSERT INTO users (id, name, role, password_hash, created_at) VALUES (@id, @name, @role, @passwordHash, @now)",
  );
  const selectByName = db.prepare<[string], User & { passwordHash: string }>(
    "SELECT id, name, role, password_hash AS passwordHash FROM users WHERE name = ?",
  );
  const updatePassword = db.prepare("UPDATE users SET password_hash = ? WHERE id = ?");
  const insertSignIn = db.prepare(
    `INSERT INTO sign_ins (token_hash, user_id, created_at, last_seen_at, expires_at)
     VALUES (@tokenHash, @userId, @now, @now, @expiresAt)`,
  );
  const selectSignIn = db.prepare<[string], SignInRow>(
    `SELECT u.id, u.name, u.role, s.last_seen_at AS lastSeenAt, s.expires_at AS expiresAt
     FROM sign_ins s JOIN users u ON u.id = s.user_id WHERE s.token_hash = ?`,
  );
  const touchSignIn = db.prepare("UPDATE sign_ins SET last_seen_at = ? WHERE token_hash = ?");
  const deleteSignIn = db.prepare("DELETE FROM sign_ins WHERE token_hash = ?");
  const deleteOtherSignIns = db.prepare("DELETE FROM sign_ins WHERE user_id = ? AND token_hash <> ?");
  const deleteExpired = db.prepare("DELETE FROM sign_ins WHERE expires_at <= ? OR last_seen_at <= ?");

  return {
    countUsers: () => countUsers.get()?.n ?? 0,
    insertUser: (user: User & { passwordHash: string; now: number }) => void insertUser.run(user),
    userByName: (name: string) => selectByName.get(name),
    updatePassword: (userId: string, passwordHash: string) => void updatePassword.run(passwordHash, userId),
    insertSignIn: (row: { tokenHash: string; userId: string; now: number; expiresAt: number }) =>
      void insertSignIn.run(row),
    signInByToken: (tokenHash: string) => selectSignIn.get(tokenHash),
    touchSignIn: (tokenHash: string, now: number) => void touchSignIn.run(now, tokenHash),
    deleteSignIn: (tokenHash: string) => void deleteSignIn.run(tokenHash),
    deleteOtherSignIns: (userId: string, keepTokenHash: string) =>
      void deleteOtherSignIns.run(userId, keepTokenHash),
    deleteExpired: (now: number, idleSince: number) => void deleteExpired.run(now, idleSince),
  };
}
export type PeopleStore = ReturnType<typeof createPeopleStore>;
