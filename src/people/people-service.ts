import { createHash, randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from "../clock.ts";
import { isBusy } from "../db/open.ts";
import { AppError, invalid } from "../errors.ts";
import { generatePassword, hashPassword, verifyPassword } from "./password.ts";
import type { PeopleStore, User } from "./people-store.ts";

export const SIGN_IN_LIFETIME_MS = 7 * DAY_MS;
const IDLE_MS = 12 * HOUR_MS;
/** A sign-in's last use is written this often at most, so that reading pages does not write rows. */
const TOUCH_EVERY_MS = 5 * MINUTE_MS;
export const PASSWORD_MIN_LENGTH = 12;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface PeopleService {
  /** On a database without users: makes `admin` and returns its password, which is kept nowhere else. */
  createFirstAdministrator(): Promise<{ name: string; password: string } | null>;
  /** @throws {AppError} `unauthorized`, the same for an unknown name and a wrong password */
  signIn(name: string, password: string): Promise<{ user: User; token: string }>;
  /** The person behind a sign-in token, or `null` when it is unknown, expired or idle too long. */
  userOf(token: string): User | null;
  signOut(token: string): void;
  /** For the operator at the machine: a new random password, and every sign-in ended. @throws {AppError} `not_found` */
  resetPassword(name: string): Promise<string>;
  /** Ends the person's other sign-ins. @throws {AppError} `unauthorized`, `invalid` */
  changePassword(user: User, current: string, next: string, token: string): Promise<void>;
}

export function createPeopleService({ store, clock }: { store: PeopleStore; clock: Clock }): PeopleService {
  // Checked when the name is unknown, so that both failures take the same time.
  const decoy = hashPassword(generatePassword());

  async function userWithPassword(name: string, password: string): Promise<User | null> {
    const row = store.userByName(name);
    const matches = await verifyPassword(password, row?.passwordHash ?? (await decoy));
    return row && matches ? { id: row.id, name: row.name, role: row.role } : null;
  }

  /** A stop must not fail for a note of when somebody was last seen; the next request makes it. */
  function touch(tokenHash: string, now: number): void {
    try {
      store.touchSignIn(tokenHash, now);
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
  }

  return {
    async createFirstAdministrator() {
      if (store.countUsers() > 0) return null;
      const password = generatePassword();
      const passwordHash = await hashPassword(password);
      store.insertUser({
        id: uuidv7(),
        name: "admin",
        role: "administrator",
        passwordHash,
        now: clock.now(),
      });
      return { name: "admin", password };
    },

    async signIn(name, password) {
      const user = await userWithPassword(name, password);
      if (!user) {
        throw new AppError("unauthorized", "The name or the password is not right.", {
          hint: "The administrator's first password was printed once, at the first start.",
        });
      }
      const now = clock.now();
      const token = randomBytes(32).toString("base64url");
      store.deleteExpired(now, now - IDLE_MS);
      store.insertSignIn({
        tokenHash: sha256(token),
        userId: user.id,
        now,
        expiresAt: now + SIGN_IN_LIFETIME_MS,
      });
      return { user, token };
    },

    userOf(token) {
      const tokenHash = sha256(token);
      const row = store.signInByToken(tokenHash);
      const now = clock.now();
      if (!row || row.expiresAt <= now || row.lastSeenAt <= now - IDLE_MS) return null;
      if (row.lastSeenAt <= now - TOUCH_EVERY_MS) touch(tokenHash, now);
      return { id: row.id, name: row.name, role: row.role };
    },

    async resetPassword(name) {
      const user = store.userByName(name);
      if (!user) throw new AppError("not_found", `There is no user "${name}".`);
      const password = generatePassword();
      store.updatePassword(user.id, await hashPassword(password));
      store.deleteOtherSignIns(user.id, "");
      return password;
    },

    signOut: (token) => store.deleteSignIn(sha256(token)),

    async changePassword(user, current, next, token) {
      if (!(await userWithPassword(user.name, current))) {
        throw new AppError("unauthorized", "The current password is not right.");
      }
      if (next === current || next.toLowerCase().includes(user.name.toLowerCase())) {
        throw invalid("/newPassword", "The new password must be new and must not contain the user name.");
      }
      store.updatePassword(user.id, await hashPassword(next));
      store.deleteOtherSignIns(user.id, sha256(token));
    },
  };
}
