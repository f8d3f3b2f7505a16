import { v7 as uuidv7 } from "uuid";
import { type Clock, MINUTE_MS } from "../clock.ts";
import { type Transact, whenFree } from "../db/open.ts";
import { AppError, notFound } from "../errors.ts";
import type { Deputies } from "./deputy-service.ts";
import type { Lockout } from "./lockout.ts";
import { type PasswordHasher, verifyPassword } from "./password.ts";
import type { PeopleStore, StoredPerson } from "./people-store.ts";
import type { Grant } from "./permissions.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import { hashOf, newToken } from "./secrets.ts";
import type { Person, SignIn, SignInLimits } from "./sign-in.ts";
import type { SignInRecord, SignInStore } from "./sign-in-store.ts";

/** A sign-in's last use is written this often at most, so that reading pages does not write rows. */
const TOUCH_EVERY_MS = 5 * MINUTE_MS;
const AGENT_LENGTH = 200;

/** For what only who signed in a moment ago does, where there is no password to ask for. */
const FRESH_MS = 10 * MINUTE_MS;

interface From {
  address: string;
  /** What the browser calls itself. */
  agent: string;
}

/** Told who it is in the transaction that makes the sign-in, so that what belongs to that names them. */
export type IsKnown = (signIn: SignIn) => void;

export interface OpenedSignIn {
  signIn: SignIn;
  /** For the cookie; kept nowhere. */
  token: string;
}

interface Proof {
  currentPassword?: string | undefined;
  code?: string | undefined;
}

interface Attempt extends From {
  name: string;
  password: string;
  /** Of the second factor, or a recovery code. */
  code?: string | undefined;
}

export interface SignIns {
  /**
   * @throws {AppError} `unauthorized`, the same for an unknown name and a wrong password, and with the member
   *   `secondFactor` when only the code is missing or wrong; `too_many`; `forbidden` where there are no passwords
   */
  signIn(attempt: Attempt, isKnown: IsKnown): Promise<OpenedSignIn>;
  /** One of somebody whom another has made sure of. */
  open(person: StoredPerson, how: From & { secondFactor: boolean }): OpenedSignIn;
  /**
   * What a cookie's token stands for, or `null` when it is unknown, expired, idle too long, or its person disabled.
   * @param isUse whether it is not idle by that
   */
  byToken(token: string, isUse: boolean): SignIn | null;
  /** Those that ended by themselves. */
  forgetEnded(): void;
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
  /** Whether they can sign in with one, and so confirm by it who they are. */
  hasPassword(user: Person): boolean;
  /**
   * That it is still the same person who sits there: by the password, or for whom there is none by a sign-in of the last ten
   * minutes; and by a code of the second factor, where one is asked for. Then does `work`, in the transaction that takes
   * the code: what `work` refuses spends none, and is no failure. A password that was changed while it was checked is refused,
   * and is none either. @param countedFor whose failures a wrong one counts among: the account's, unless told otherwise
   * @throws {AppError} `unauthorized`, `too_many`
   */
  confirm<T>(signIn: SignIn, proof: Proof, address: string, work: () => T, countedFor?: string): Promise<T>;
  /** The same by a code of the second factor alone. @throws {AppError} `unauthorized`, `too_many`, `conflict` without one */
  confirmCode<T>(signIn: SignIn, code: string, address: string, work: () => T, countedFor?: string): T;
}

interface Dependencies {
  store: SignInStore;
  people: Pick<PeopleStore, "byId" | "byName" | "rehash">;
  deputies: Pick<Deputies, "grantsOf">;
  secondFactors: SecondFactors;
  lockout: Lockout;
  limits: SignInLimits;
  hasher: PasswordHasher;
  /** Whether people sign in with a password of this server's at all. */
  passwordSignIn: boolean;
  transact: Transact;
  clock: Clock;
}

export function createSignIns(deps: Dependencies): SignIns {
  const { store, people, deputies, secondFactors, lockout, limits, hasher } = deps;
  const { passwordSignIn, transact, clock } = deps;
  // Checked when the name is unknown, so that both failures take the same time.
  const decoy = hasher.decoy();

  async function withPassword(name: string, password: string) {
    const person = people.byName(name);
    const passwordHash = person?.passwordHash ?? null;
    const matches = await verifyPassword(password, passwordHash ?? decoy);
    return person && passwordHash !== null && matches ? { ...person, passwordHash } : null;
  }

  /** By the parameters of today, which the decoy has as well; the password is at hand only here. */
  async function rehash(password: string, former: string): Promise<string | null> {
    return hasher.isCurrent(former) ? null : await hasher.hash(password);
  }

  /** The own roles, and those in which somebody stands in today. */
  const allOf = (id: string, own: readonly Grant[]): Grant[] => [...own, ...deputies.grantsOf(id)];

  function open(person: StoredPerson, { secondFactor, address, agent }: From & { secondFactor: boolean }) {
    const now = clock.now();
    const [id, token] = [uuidv7(), newToken()];
    forgetEnded();
    store.insert({
      id,
      tokenHash: hashOf(token),
      userId: person.id,
      secondFactor,
      address,
      agent: agent.slice(0, AGENT_LENGTH),
      now,
      expiresAt: now + limits.lifetimeMs,
    });
    const user = { id: person.id, name: person.name, roles: allOf(person.id, person.roles) };
    return { signIn: { id, user, ...factorsOf(person.id, secondFactor), scopes: null }, token };
  }

  const forgetEnded = () => store.deleteExpired(clock.now(), clock.now() - limits.idleMs);
  const factorsOf = (userId: string, secondFactor: boolean) => ({
    secondFactor,
    owesCode: !secondFactor && secondFactors.isSetUp(userId),
  });

  /** Does `work` in the transaction that takes the code, if there is one. */
  function prove<T>(
    userId: string,
    code: string | undefined,
    settle: ReturnType<Lockout["begin"]>,
    work: () => T,
  ): T {
    let isProven = false;
    try {
      return transact(() => {
        if (code !== undefined && !secondFactors.take(userId, code)) throw wrongCode();
        isProven = true;
        // The right password alone makes no wrong code forgotten.
        settle(code === undefined && secondFactors.isSetUp(userId) ? "unanswered" : "succeeded");
        return work();
      });
    } catch (error) {
      // What was settled is undone with the rest.
      if (isProven) settle("unanswered");
      throw error;
    }
  }

  const inForce = (userId: string) => store.of(userId, clock.now(), clock.now() - limits.idleMs);
  const hasPassword = ({ name }: Person) => passwordSignIn && Boolean(people.byName(name)?.passwordHash);

  return {
    async signIn({ name, password, code, address, agent }, isKnown) {
      if (!passwordSignIn) throw noPasswords();
      const settle = lockout.begin(name, address);
      const person = await withPassword(name, password);
      if (!person) throw wrongNameOrPassword();
      if (person.disabledAt !== null) throw disabled();
      const secondFactor = secondFactors.isSetUp(person.id);
      if (secondFactor && code === undefined) {
        settle("unanswered");
        throw new AppError("unauthorized", "This account asks for a code as well.", {
          hint: "Open the authenticator app and type the code that it shows, or one of the recovery codes.",
          members: { secondFactor: "needed" },
        });
      }
      const renewed = await rehash(password, person.passwordHash);
      return prove(person.id, secondFactor ? code : undefined, settle, () => {
        const present = presently(people, person, wrongNameOrPassword);
        if (renewed !== null) people.rehash(person.id, person.passwordHash, renewed);
        const opened = open(present, { secondFactor, address, agent });
        isKnown(opened.signIn);
        return opened;
      });
    },
    open,
    forgetEnded,

    byToken(token, isUse) {
      const row = store.holder(hashOf(token));
      const now = clock.now();
      if (!row || row.expiresAt <= now || row.lastSeenAt <= now - limits.idleMs) return null;
      if (isUse && row.lastSeenAt <= now - TOUCH_EVERY_MS) whenFree(() => store.touch(row.id, now));
      const { id, userId, name, roles, secondFactor } = row;
      const user = { id: userId, name, roles: allOf(userId, roles) };
      return { id, user, ...factorsOf(userId, secondFactor), scopes: null };
    },

    of: inForce,

    revoke(userId, id) {
      if (!store.delete(id, userId)) throw notFound("sign-in", id);
    },
    revokeOthers: ({ user, id }) => store.deleteOthers(user.id, id),
    revokeAll: (userId) => store.deleteOthers(userId, ""),
    proveSecondFactor: ({ id }) => store.proveSecondFactor(id),
    forgetSecondFactor: store.forgetSecondFactor,

    hasPassword,

    async confirm({ id, user }, { currentPassword = "", code }, address, work, countedFor = user.name) {
      const byPassword = hasPassword(user);
      const began = inForce(user.id).find((record) => record.id === id)?.createdAt ?? 0;
      if (!byPassword && began <= clock.now() - FRESH_MS) throw notFresh();
      const settle = lockout.begin(countedFor, address);
      const person = byPassword ? await withPassword(user.name, currentPassword) : undefined;
      if (person === null) throw wrongPassword();
      return prove(user.id, code, settle, () => {
        if (person) presently(people, person, wrongPassword);
        return work();
      });
    },

    confirmCode({ user }, code, address, work, countedFor = user.name) {
      if (!secondFactors.isSetUp(user.id)) {
        throw new AppError("conflict", "There is no second factor to confirm by.", {
          hint: "Set it up under My account: it takes an authenticator app and a minute.",
        });
      }
      const settle = lockout.begin(countedFor, address);
      return prove(user.id, code, settle, work);
    },
  };
}

/** Whose password was checked, as they are by now: it took a while, and what ended their sign-ins is not outlived by it. */
export function presently(
  people: Pick<PeopleStore, "byId">,
  { id, passwordVersion }: StoredPerson,
  wrong: () => AppError,
): StoredPerson {
  const person = people.byId(id);
  if (person?.passwordVersion !== passwordVersion) throw wrong();
  if (person.disabledAt !== null) throw disabled();
  return person;
}

const wrongNameOrPassword = () =>
  new AppError("unauthorized", "The name or the password is not right.", {
    hint: "The first administrator's password is in the file first-password of the data folder until it is changed.",
  });
const disabled = () =>
  new AppError("unauthorized", "This account is disabled.", { hint: "Ask an administrator." });
const noPasswords = () =>
  new AppError("forbidden", "Nobody signs in with a password here.", {
    hint: "Sign in at the provider, by its button on the sign-in page.",
  });
const notFresh = () =>
  new AppError("unauthorized", "This takes a sign-in of the last ten minutes.", {
    hint: "Sign out, sign in again at the provider, and come back here.",
  });
export const wrongPassword = () => new AppError("unauthorized", "The current password is not right.");
const wrongCode = () =>
  new AppError("unauthorized", "The code is not right, or was used before.", {
    hint: "Wait for the next code of the app; the telephone's clock must set itself by the network.",
    members: { secondFactor: "wrong" },
  });
