import { type Clock, DAY_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { Access } from "./access-service.ts";
import type { ApiTokens } from "./api-token-service.ts";
import { FIRST_ADMINISTRATOR, type FirstPassword } from "./first-password.ts";
import type { Lockout } from "./lockout.ts";
import { generatePassword, type PasswordHasher } from "./password.ts";
import { checkPassword } from "./password-policy.ts";
import type { PeopleStore, StoredPerson } from "./people-store.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import { hashOf, newToken } from "./secrets.ts";
import { type SignIn, signInRequired } from "./sign-in.ts";
import { presently, type SignIns, wrongPassword } from "./sign-in-service.ts";

const INVITATION_LIFETIME_MS = 3 * DAY_MS;

export interface Invitation {
  token: string;
  /** Epoch ms. */
  expiresAt: number;
}

/** How people come to their passwords: by an invitation, by changing them, and by the operator at the machine. */
export interface Passwords {
  /** A link to set the password; earlier ones end, the password holds until it is used. */
  issueInvitation(userId: string, issuedBy: string): Invitation;
  /** Whose invitation it is. @throws {AppError} `not_found` when it is used, expired or unknown */
  invited(token: string): { name: string; expiresAt: number };
  /** Sets the password and ends what there was of sign-ins and tokens. @throws {AppError} `not_found`, `invalid` */
  acceptInvitation(token: string, password: string): Promise<void>;
  /** Ends the person's other sign-ins, and all tokens. @throws {AppError} `unauthorized`, `invalid`, `too_many`, `conflict` */
  change(signIn: SignIn, current: string, next: string, address: string): Promise<void>;
  /**
   * For the operator at the machine: a new random password, no second factor, enabled, every sign-in and token ended.
   * @throws {AppError} `not_found`
   */
  reset(name: string): Promise<string>;
}

interface Dependencies {
  store: PeopleStore;
  hasher: Pick<PasswordHasher, "hash">;
  signIns: SignIns;
  secondFactors: SecondFactors;
  access: Pick<Access, "note">;
  apiTokens: Pick<ApiTokens, "revokeAll">;
  lockout: Lockout;
  firstPassword: Pick<FirstPassword, "forget">;
  transact: Transact;
  clock: Clock;
}

export function createPasswords(deps: Dependencies): Passwords {
  const { store, hasher, signIns, secondFactors, access, apiTokens, lockout, firstPassword } = deps;
  const { transact, clock } = deps;

  /** @throws {AppError} `not_found` */
  function personOf(id: string): StoredPerson {
    const person = store.byId(id);
    if (!person) throw notFound("person", id);
    return person;
  }

  /** @throws {AppError} `not_found` */
  function openInvitation(token: string): { person: StoredPerson; issuedBy: string; expiresAt: number } {
    const invitation = store.invitation(hashOf(token));
    const person = invitation && store.byId(invitation.userId);
    if (!invitation || !person || person.disabledAt !== null || invitation.expiresAt <= clock.now()) {
      throw new AppError("not_found", "This invitation does not hold any more: it was used, or is too old.", {
        hint: "Ask an administrator for a new one.",
      });
    }
    return { person, issuedBy: invitation.issuedBy, expiresAt: invitation.expiresAt };
  }

  /** Called once another one holds. */
  function forgetFirstOf(name: string): void {
    if (name === FIRST_ADMINISTRATOR) firstPassword.forget();
  }

  /** Whatever was known of the old password is worth nothing any more. */
  function replace({ id, name }: StoredPerson, passwordHash: string): void {
    store.setPassword(id, passwordHash);
    store.deleteInvitations(id);
    signIns.revokeAll(id);
    apiTokens.revokeAll(id);
    lockout.forgive(name);
  }

  return {
    issueInvitation(userId, issuedBy) {
      const now = clock.now();
      const invitation = { token: newToken(), expiresAt: now + INVITATION_LIFETIME_MS };
      const { token, expiresAt } = invitation;
      store.deleteInvitations(userId);
      store.insertInvitation({ tokenHash: hashOf(token), userId, issuedBy, now, expiresAt });
      return invitation;
    },

    invited(token) {
      const { person, expiresAt } = openInvitation(token);
      return { name: person.name, expiresAt };
    },

    async acceptInvitation(token, password) {
      checkPassword("/password", password, openInvitation(token).person.name);
      const passwordHash = await hasher.hash(password);
      // Somebody else may have been quicker meanwhile.
      const { person } = transact(() => {
        const invitation = openInvitation(token);
        replace(invitation.person, passwordHash);
        access.note(invitation.person.id, invitation.issuedBy, "invitation");
        return invitation;
      });
      forgetFirstOf(person.name);
    },

    async change(signIn, current, next, address) {
      const { id, name } = signIn.user;
      if (!signIns.hasPassword(signIn.user)) {
        throw new AppError("conflict", "You have no password here: you sign in at the provider.", {
          hint: "Change it there.",
        });
      }
      const proven = await signIns.confirm(signIn, { currentPassword: current }, address, () => {
        if (next === current) throw invalid("/newPassword", "The new password is the old one.");
        checkPassword("/newPassword", next, name);
        return personOf(id);
      });
      // Only now: to hash is dear, and nobody makes the server do it beyond what may be wrong.
      const passwordHash = await hasher.hash(next);
      transact(() => {
        presently(store, proven, wrongPassword);
        if (!signIns.of(id).some((inForce) => inForce.id === signIn.id)) throw signInRequired();
        store.setPassword(id, passwordHash);
        store.deleteInvitations(id);
        signIns.revokeOthers(signIn);
        apiTokens.revokeAll(id);
      });
      forgetFirstOf(name);
    },

    async reset(name) {
      const person = store.byName(name);
      if (!person) throw new AppError("not_found", `There is no person called "${name}".`);
      const password = generatePassword();
      const passwordHash = await hasher.hash(password);
      transact(() => {
        replace(person, passwordHash);
        store.setDisabled(person.id, null);
        secondFactors.remove(person.id);
      });
      forgetFirstOf(name);
      return password;
    },
  };
}
