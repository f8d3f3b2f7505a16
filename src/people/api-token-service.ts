import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS, MINUTE_MS } from "../clock.ts";
import { whenFree } from "../db/open.ts";
import { invalid, notFound } from "../errors.ts";
import type { ApiToken, ApiTokenStore } from "./api-token-store.ts";
import { type Act, mayAnywhere, ruleOf } from "./permissions.ts";
import { hashOf, newToken } from "./secrets.ts";
import type { SignIn } from "./sign-in.ts";

/** Recognised by whoever finds one in a log or a repository. */
const PREFIX = "ccx_";
const TOUCH_EVERY_MS = 5 * MINUTE_MS;

export interface ApiTokens {
  /** @returns with the token itself, which is kept nowhere. @throws {AppError} `invalid` for acts that the person may not do, or not by script */
  create(
    signIn: SignIn,
    token: { label: string; scopes: Act[]; expiresInDays: number },
  ): { record: ApiToken; token: string };
  of(userId: string): ApiToken[];
  /** It stops working at once. @throws {AppError} `not_found` */
  revoke(userId: string, id: string): void;
  revokeAll(userId: string): void;
  /** Those that ended by themselves. */
  forgetEnded(): void;
  /** The sign-in that a script's token stands for, or `null` when it is unknown, expired or its person disabled. */
  signInOf(token: string): SignIn | null;
}

/** What scripts sign in with: no more than its person may do, and of that only what it is for. */
export function createApiTokens({ store, clock }: { store: ApiTokenStore; clock: Clock }): ApiTokens {
  return {
    create({ user, secondFactor }, { label, scopes, expiresInDays }) {
      for (const [index, act] of scopes.entries()) {
        if (ruleOf(act).inPerson) {
          throw invalid(`/scopes/${index}`, `"${act}" is done in person, never by a script.`);
        }
        if (!mayAnywhere(user.roles, act)) {
          throw invalid(`/scopes/${index}`, `Your own roles do not include "${act}".`);
        }
        if (ruleOf(act).interrupts && !secondFactor) {
          throw invalid(
            `/scopes/${index}`,
            `"${act}" is heard at once: only who signed in with a second factor hands it to a script.`,
            "Under My account: set one up, or add its code to this sign-in.",
          );
        }
      }
      const now = clock.now();
      const token = newToken(PREFIX);
      const record: ApiToken = {
        id: uuidv7(),
        label,
        scopes,
        createdAt: now,
        expiresAt: now + expiresInDays * DAY_MS,
        lastUsedAt: null,
      };
      store.insert({ ...record, userId: user.id, tokenHash: hashOf(token), secondFactor });
      return { record, token };
    },

    of: (userId) => store.of(userId, clock.now()),

    revoke(userId, id) {
      if (!store.delete(id, userId)) throw notFound("token", id);
    },

    revokeAll: store.deleteOf,
    forgetEnded: () => store.deleteExpired(clock.now()),

    signInOf(token) {
      if (!token.startsWith(PREFIX)) return null;
      const now = clock.now();
      const row = store.holder(hashOf(token), now);
      if (!row) return null;
      if ((row.lastUsedAt ?? 0) <= now - TOUCH_EVERY_MS) whenFree(() => store.touch(row.id, now));
      return {
        id: row.id,
        user: { id: row.userId, name: row.name, roles: row.roles },
        secondFactor: row.secondFactor,
        owesCode: false,
        scopes: row.scopes,
      };
    },
  };
}
