import { v7 as uuidv7 } from "uuid";
import { type Clock, DAY_MS } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { Lockout } from "./lockout.ts";
import { generatePassword, hashPassword } from "./password.ts";
import { checkPassword } from "./password-policy.ts";
import type { PeopleStore, StoredPerson } from "./people-store.ts";
import { type Grant, ROLES_OF_AN_AREA, ROLES_OF_THE_FIRST } from "./permissions.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import { hashOf, newToken } from "./secrets.ts";
import type { SignIn } from "./sign-in.ts";
import type { SignIns } from "./sign-in-service.ts";

const INVITATION_LIFETIME_MS = 3 * DAY_MS;

export interface PersonView extends Omit<StoredPerson, "passwordHash"> {
  /** `invited`: has not set a password yet. */
  state: "invited" | "active" | "disabled";
  secondFactor: boolean;
  /** Until when a link to set the password holds, epoch ms. */
  invitedUntil: number | null;
  /** Epoch ms, among the sign-ins in force. */
  lastSeenAt: number | null;
}

export interface Invitation {
  token: string;
  /** Epoch ms. */
  expiresAt: number;
}

export interface PeopleService {
  /** On a database without people: makes `admin` and returns its password, which is kept nowhere else. */
  createFirstAdministrator(): Promise<{ name: string; password: string } | null>;
  all(): PersonView[];
  /** @throws {AppError} `not_found` */
  get(id: string): PersonView;
  /** Somebody new, who sets the own password. @throws {AppError} `conflict` for a name that is taken, `invalid` */
  invite(name: string, roles: Grant[]): { person: PersonView; invitation: Invitation };
  /** A new link to set the password; earlier ones end, the password holds until it is used. @throws {AppError} `not_found`, `conflict` */
  inviteAgain(id: string): Invitation;
  /** Holds from the next request on. @throws {AppError} `conflict` when no administrator would be left, `invalid` */
  setRoles(id: string, roles: Grant[]): PersonView;
  /** Ends all sign-ins, links and tokens at once. Idempotent. @throws {AppError} `conflict` when no administrator would be left */
  disable(id: string): PersonView;
  /** Idempotent. */
  enable(id: string): PersonView;
  /** For who has lost the telephone and the recovery codes; ends all sign-ins. */
  removeSecondFactor(id: string): PersonView;
  /** Whose invitation it is. @throws {AppError} `not_found` when it is used, expired or unknown */
  invited(token: string): { name: string; expiresAt: number };
  /** Sets the password and ends what there was of sign-ins. @throws {AppError} `not_found`, `invalid` */
  acceptInvitation(token: string, password: string): Promise<void>;
  /** Ends the person's other sign-ins. @throws {AppError} `unauthorized`, `invalid`, `too_many` */
  changePassword(signIn: SignIn, current: string, next: string, address: string): Promise<void>;
  /**
   * For the operator at the machine: a new random password, no second factor, enabled, every sign-in ended.
   * @throws {AppError} `not_found`
   */
  resetPassword(name: string): Promise<string>;
}

interface Dependencies {
  store: PeopleStore;
  signIns: SignIns;
  secondFactors: SecondFactors;
  lockout: Lockout;
  regions: { exists(code: string): boolean };
  transact: Transact;
  clock: Clock;
}

export function createPeopleService(deps: Dependencies): PeopleService {
  const { store, signIns, secondFactors, lockout, regions, transact, clock } = deps;

  function require(id: string): StoredPerson {
    const person = store.byId(id);
    if (!person) throw notFound("person", id);
    return person;
  }

  function get(id: string): PersonView {
    const { passwordHash, ...person } = require(id);
    return {
      ...person,
      state: person.disabledAt !== null ? "disabled" : passwordHash === null ? "invited" : "active",
      secondFactor: secondFactors.isSetUp(id),
      invitedUntil: store.invitedUntil(id, clock.now()),
      lastSeenAt: signIns
        .of(id)
        .reduce<number | null>((latest, { lastSeenAt }) => Math.max(latest ?? 0, lastSeenAt), null),
    };
  }

  function checkRoles(roles: readonly Grant[]): void {
    for (const [index, { role, area }] of roles.entries()) {
      const at = `/roles/${index}/area`;
      const needsArea = ROLES_OF_AN_AREA.includes(role);
      if (needsArea && area === null)
        throw invalid(at, "This role is for one area.", "Choose the town that it is for.");
      if (!needsArea && area !== null)
        throw invalid(at, "This role is for the whole county.", "Leave the area out.");
      if (area !== null && !regions.exists(area))
        throw invalid(at, `${area} is not a known region.`, "Import the region first.");
    }
  }

  const isAdministrator = ({ roles, disabledAt, passwordHash }: StoredPerson): boolean =>
    disabledAt === null && passwordHash !== null && roles.some(({ role }) => role === "administrator");

  /** Nobody could let anybody in any more. */
  function requireAnotherAdministrator(id: string): void {
    const isLast =
      isAdministrator(require(id)) && !store.all().some((other) => other.id !== id && isAdministrator(other));
    if (!isLast) return;
    throw new AppError("conflict", "This is the last administrator.", {
      hint: "Make another person administrator first; an invitation counts once it is accepted.",
    });
  }

  function issueInvitation(userId: string): Invitation {
    const now = clock.now();
    const invitation = { token: newToken(), expiresAt: now + INVITATION_LIFETIME_MS };
    store.deleteInvitations(userId);
    store.insertInvitation({
      tokenHash: hashOf(invitation.token),
      userId,
      now,
      expiresAt: invitation.expiresAt,
    });
    return invitation;
  }

  /** @throws {AppError} `not_found` */
  function openInvitation(token: string): { person: StoredPerson; expiresAt: number } {
    const invitation = store.invitation(hashOf(token));
    const person = invitation && store.byId(invitation.userId);
    if (!invitation || !person || person.disabledAt !== null || invitation.expiresAt <= clock.now()) {
      throw new AppError("not_found", "This invitation does not hold any more: it was used, or is too old.", {
        hint: "Ask an administrator for a new one.",
      });
    }
    return { person, expiresAt: invitation.expiresAt };
  }

  return {
    get,
    all: () => store.all().map(({ id }) => get(id)),

    async createFirstAdministrator() {
      if (!store.isEmpty()) return null;
      const password = generatePassword();
      store.insert({
        id: uuidv7(),
        name: "admin",
        roles: ROLES_OF_THE_FIRST.map((role) => ({ role, area: null })),
        passwordHash: await hashPassword(password),
        createdAt: clock.now(),
      });
      return { name: "admin", password };
    },

    invite(name, roles) {
      checkRoles(roles);
      return transact(() => {
        if (store.byName(name)) {
          throw new AppError("conflict", `There is a person called "${name}" already.`, {
            hint: "Choose another name, or give the roles to that person.",
          });
        }
        const id = uuidv7();
        store.insert({ id, name, roles, passwordHash: null, createdAt: clock.now() });
        const invitation = issueInvitation(id);
        return { person: get(id), invitation };
      });
    },

    inviteAgain(id) {
      return transact(() => {
        if (require(id).disabledAt !== null)
          throw new AppError("conflict", "This account is disabled.", { hint: "Enable it first." });
        return issueInvitation(id);
      });
    },

    setRoles(id, roles) {
      checkRoles(roles);
      return transact(() => {
        if (!roles.some(({ role }) => role === "administrator")) requireAnotherAdministrator(id);
        require(id);
        store.setRoles(id, roles);
        return get(id);
      });
    },

    disable(id) {
      return transact(() => {
        if (require(id).disabledAt !== null) return get(id);
        requireAnotherAdministrator(id);
        store.setDisabled(id, clock.now());
        store.deleteInvitations(id);
        signIns.revokeAll(id);
        return get(id);
      });
    },

    enable(id) {
      require(id);
      store.setDisabled(id, null);
      return get(id);
    },

    removeSecondFactor(id) {
      return transact(() => {
        require(id);
        secondFactors.remove(id);
        signIns.revokeAll(id);
        return get(id);
      });
    },

    invited(token) {
      const { person, expiresAt } = openInvitation(token);
      return { name: person.name, expiresAt };
    },

    async acceptInvitation(token, password) {
      const { name } = openInvitation(token).person;
      checkPassword("/password", password, name);
      const passwordHash = await hashPassword(password);
      transact(() => {
        // Somebody else may have been quicker meanwhile.
        const { person } = openInvitation(token);
        store.setPassword(person.id, passwordHash);
        store.deleteInvitations(person.id);
        signIns.revokeAll(person.id);
        lockout.forgive(person.name);
      });
    },

    async changePassword(signIn, current, next, address) {
      const { id, name } = signIn.user;
      await signIns.confirmPassword(name, current, address);
      if (next === current) throw invalid("/newPassword", "The new password is the old one.");
      checkPassword("/newPassword", next, name);
      const passwordHash = await hashPassword(next);
      transact(() => {
        store.setPassword(id, passwordHash);
        store.deleteInvitations(id);
        signIns.revokeOthers(signIn);
      });
    },

    async resetPassword(name) {
      const person = store.byName(name);
      if (!person) throw new AppError("not_found", `There is no person called "${name}".`);
      const password = generatePassword();
      const passwordHash = await hashPassword(password);
      transact(() => {
        store.setPassword(person.id, passwordHash);
        store.setDisabled(person.id, null);
        store.deleteInvitations(person.id);
        secondFactors.remove(person.id);
        signIns.revokeAll(person.id);
        lockout.forgive(person.name);
      });
      return password;
    },
  };
}
