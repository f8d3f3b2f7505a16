import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from "../clock.ts";
import { whenFree } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { Deputies } from "./deputy-service.ts";
import type { Lockout } from "./lockout.ts";
import { generatePassword, hashPassword, verifyPassword } from "./password.ts";
import type { PeopleStore, StoredPerson } from "./people-store.ts";
import type { Grant } from "./permissions.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import { hashOf, newToken } from "./secrets.ts";
import type { SignIn } from "./sign-in.ts";
import type { SignInRecord, SignInStore } from "./sign-in-store.ts";

/** It ends then, however much it is used. */
export const SIGN_IN_LIFETIME_MS = 7 * DAY_MS;
const IDLE_MS = 12 * HOUR_MS;
/** A sign-in's last use is written this often at most, so that reading pages does not write rows. */
const TOUCH_EVERY_MS = 5 * MINUTE_MS;
const AGENT_LENGTH = 200;

interface Attempt {
  name: string;
  password: string;
  /** Of the second factor, or a recovery code. */
  code?: string | undefined;
  address: string;
  /** What the browser calls itself. */
  agent: string;
}

export interface SignIns {
  /**
   * @throws {AppError} `unauthorized`, the same for an unknown name and a wrong password, and with the member
   *   `secondFactor` when only the code is missing or wrong; `too_many`
   */
  signIn(attempt: Attempt): Promise<{ signIn: SignIn; token: string }>;
  /** What a cookie's token stands for, or `null` when it is unknown, expired, idle too long, or its person disabled. */
  byToken(token: string): SignIn | null;
  /** Those in force, newest first. */
  of(userId: string): SignInRecord[];
  /** @throws {AppError} `not_found` */
  revoke(userId: string, id: string): void;
  revokeOthers(signIn: SignIn): void;
  revokeAll(userId: string): void;
  /** This one was made with a second factor after all. */
  proveSecondFactor(signIn: SignIn): void;
  /** No sign-in of theirs counts as made with one any more. */
  forgetSecondFactor(userId: string): void;
  /** That it is still the same person who sits there. @throws {AppError} `unauthorized`, `too_many` */
  confirmPassword(name: string, password: string, address: string): Promise<void>;
  /** With a code of the second factor as well. @throws {AppError} `unauthorized`, `too_many` */
  confirmBoth(name: string, proof: { currentPassword: string; code: string }, address: string): Promise<void>;
}

interface Dependencies {
  store: SignInStore;
  people: Pick<PeopleStore, "byName">;
  deputies: Pick<Deputies, "grantsOf">;
  secondFactors: SecondFactors;
  lockout: Lockout;
  clock: Clock;
}

export function createSignIns({
  store,
  people,
  deputies,
  secondFactors,
  lockout,
  clock,
}: Dependencies): SignIns {
  // Checked when the name is unknown, so that both failures take the same time.
  const decoy = hashPassword(generatePassword());

  async function withPassword(name: string, password: string): Promise<StoredPerson | null> {
    const person = people.byName(name);
    const matches = await verifyPassword(password, person?.passwordHash ?? (await decoy));
    return person?.passwordHash && matches ? person : null;
  }

  /** The own roles, and those in which somebody stands in today. */
  const allOf = (id: string, own: readonly Grant[]): Grant[] => [...own, ...deputies.grantsOf(id)];

  return {
    async signIn({ name, password, code, address, agent }) {
      const settle = lockout.begin(name, address);
      const person = await withPassword(name, password);
      if (!person) {
        throw new AppError("unauthorized", "The name or the password is not right.", {
          hint: "The administrator's first password was printed once, at the first start.",
        });
      }
      if (person.disabledAt !== null) {
        throw new AppError("unauthorized", "This account is disabled.", { hint: "Ask an administrator." });
      }
      const secondFactor = secondFactors.isSetUp(person.id);
      if (secondFactor && code === undefined) {
        settle("unanswered");
        throw new AppError("unauthorized", "This account asks for a code as well.", {
          hint: "Open the authenticator app and type the code that it shows, or one of the recovery codes.",
          members: { secondFactor: "needed" },
        });
      }
      if (secondFactor && !secondFactors.take(person.id, code ?? "")) throw wrongCode();
      settle("succeeded");
      const now = clock.now();
      const [id, token] = [uuidv7(), newToken()];
      store.deleteExpired(now, now - IDLE_MS);
      store.insert({
        id,
        tokenHash: hashOf(token),
        userId: person.id,
        secondFactor,
        address,
        agent: agent.slice(0, AGENT_LENGTH),
        now,
        expiresAt: now + SIGN_IN_LIFETIME_MS,
      });
      const user = { id: person.id, name: person.name, roles: allOf(person.id, person.roles) };
      return { signIn: { id, user, secondFactor, scopes: null }, token };
    },

    byToken(token) {
      const row = store.holder(hashOf(token));
      const now = clock.now();
      if (!row || row.expiresAt <= now || row.lastSeenAt <= now - IDLE_MS) return null;
      if (row.lastSeenAt <= now - TOUCH_EVERY_MS) whenFree(() => store.touch(row.id, now));
      const { id, userId, name, roles, secondFactor } = row;
      return { id, user: { id: userId, name, roles: allOf(userId, roles) }, secondFactor, scopes: null };
    },

    of: (userId) => store.of(userId, clock.now(), clock.now() - IDLE_MS),

    revoke(userId, id) {
      if (!store.delete(id, userId)) throw notFound("sign-in", id);
    },
    revokeOthers: ({ user, id }) => store.deleteOthers(user.id, id),
    revokeAll: (userId) => store.deleteOthers(userId, ""),
    proveSecondFactor: ({ id }) => store.proveSecondFactor(id),
    forgetSecondFactor: store.forgetSecondFactor,

    async confirmPassword(name, password, address) {
      const settle = lockout.begin(name, address);
      if (!(await withPassword(name, password))) throw wrongPassword();
      settle("succeeded");
    },

    async confirmBoth(name, { currentPassword, code }, address) {
      const settle = lockout.begin(name, address);
      const person = await withPassword(name, currentPassword);
      if (!person) throw wrongPassword();
      if (!secondFactors.take(person.id, code)) throw wrongCode();
      settle("succeeded");
    },
  };
}

const wrongPassword = () => new AppError("unauthorized", "The current password is not right.");
const wrongCode = () =>
  new AppError("unauthorized", "The code is not right, or was used before.", {
    hint: "Wait for the next code of the app; the telephone's clock must set itself by the network.",
    members: { secondFactor: "wrong" },
  });
