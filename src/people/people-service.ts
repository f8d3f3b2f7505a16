import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, invalid, notFound } from "../errors.ts";
import type { Access } from "./access-service.ts";
import type { ApiTokens } from "./api-token-service.ts";
import { FIRST_ADMINISTRATOR, type FirstPassword } from "./first-password.ts";
import type { Identity, IdentityStore } from "./identity-store.ts";
import { generatePassword, type PasswordHasher } from "./password.ts";
import type { Invitation, Passwords } from "./password-service.ts";
import type { PeopleStore, StoredPerson } from "./people-store.ts";
import { COUNTY_WORK, type Grant, ROLES_OF_AN_AREA } from "./permissions.ts";
import { plainName } from "./plain-name.ts";
import { renewed } from "./role-mapping.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import type { SignIns } from "./sign-in-service.ts";

/** Who somebody is at the provider. */
export interface LinkView extends Pick<Identity, "issuer" | "subject"> {
  /** Whether it signs them in: an administrator's link waits until the person has confirmed it. */
  isConfirmed: boolean;
}

export interface PersonView extends Omit<StoredPerson, "passwordHash" | "passwordVersion"> {
  /** `invited`: has not set a password yet, and is nobody at the provider. */
  state: "invited" | "active" | "disabled";
  secondFactor: boolean;
  /** Who they are at the provider; `null` for whom nobody linked. */
  identity: LinkView | null;
  /** Until when a link to set the password holds, epoch ms. */
  invitedUntil: number | null;
  /** Epoch ms, among the sign-ins in force. */
  lastSeenAt: number | null;
}

/** What lets somebody in notes who did it, `by`. */
export interface PeopleService {
  /** On a database without people: makes `admin`, whose password is in its file from then on, see `first-password.ts`. */
  createFirstAdministrator(): Promise<{ name: string; password: string } | null>;
  all(): PersonView[];
  /** @throws {AppError} `not_found` */
  get(id: string): PersonView;
  /** Somebody new, who sets the own password. @throws {AppError} `conflict` for a name that is taken, `invalid` */
  invite(name: string, roles: Grant[], by: string): { person: PersonView; invitation: Invitation };
  /** A new link to set the password; earlier ones end, the password holds until it is used. @throws {AppError} `not_found`, `conflict` */
  inviteAgain(id: string, by: string): Invitation;
  /** Holds from the next request on. @throws {AppError} `conflict` when no administrator would be left, `invalid` */
  setRoles(id: string, roles: Grant[]): PersonView;
  /** Ends all sign-ins, links and tokens at once. Idempotent. @throws {AppError} `conflict` when no administrator would be left */
  disable(id: string): PersonView;
  /** Idempotent. */
  enable(id: string): PersonView;
  /**
   * Whoever has this subject at the provider is this person, once the person has confirmed it who can sign in without: no
   * administrator becomes somebody else by it. @throws {AppError} `conflict` when either is linked already, or there is no provider
   */
  link(id: string, subject: string, by: string): PersonView;
  /** By the person, who has just shown to be it. Idempotent. @throws {AppError} `not_found` when there is no link */
  confirmLink(id: string): LinkView;
  /** `null` for whom nobody linked. */
  linkOf(id: string): LinkView | null;
  /** Ends all sign-ins and tokens, and takes away what the provider's groups gave. @throws {AppError} `not_found` when there is no link */
  unlink(id: string): PersonView;
  /** For who has lost the telephone and the recovery codes; ends all sign-ins and tokens. */
  removeSecondFactor(id: string, by: string): PersonView;
}

interface Dependencies {
  store: PeopleStore;
  hasher: Pick<PasswordHasher, "hash">;
  identities: IdentityStore;
  /** Of the provider; `null` where there is none. */
  issuer: string | null;
  signIns: SignIns;
  secondFactors: SecondFactors;
  access: Pick<Access, "note">;
  apiTokens: Pick<ApiTokens, "revokeAll">;
  passwords: Pick<Passwords, "issueInvitation">;
  firstPassword: Pick<FirstPassword, "keep">;
  regions: { exists(code: string): boolean };
  transact: Transact;
  clock: Clock;
}

export function createPeopleService(deps: Dependencies): PeopleService {
  const { store, identities, issuer, signIns, secondFactors, access, apiTokens, passwords, regions } = deps;
  const { hasher, firstPassword, transact, clock } = deps;

  function personOf(id: string): StoredPerson {
    const person = store.byId(id);
    if (!person) throw notFound("person", id);
    return person;
  }

  function linkOf(id: string): LinkView | null {
    const identity = identities.of(id);
    if (!identity) return null;
    const { issuer: at, subject, confirmedAt } = identity;
    return { issuer: at, subject, isConfirmed: confirmedAt !== null };
  }

  function get(id: string): PersonView {
    const { passwordHash, passwordVersion: _, ...person } = personOf(id);
    const identity = identities.of(id);
    const isKnown = passwordHash !== null || identity !== null;
    return {
      ...person,
      state: person.disabledAt !== null ? "disabled" : isKnown ? "active" : "invited",
      identity: linkOf(id),
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

  /** One whom no change at a provider takes away. */
  function isAdministrator({ id, roles, disabledAt, passwordHash }: StoredPerson): boolean {
    if (disabledAt !== null || passwordHash === null) return false;
    const byHand = renewed(roles, identities.of(id)?.roles ?? [], []).roles;
    return byHand.some(({ role }) => role === "administrator");
  }

  /** Nobody could let anybody in any more. */
  function requireAnotherAdministrator(id: string): void {
    const isLast =
      isAdministrator(personOf(id)) &&
      !store.all().some((other) => other.id !== id && isAdministrator(other));
    if (!isLast) return;
    throw new AppError("conflict", "This is the last administrator.", {
      hint: "Make another person administrator first; an invitation counts once it is accepted.",
    });
  }

  return {
    get,
    all: () => store.all().map(({ id }) => get(id)),

    async createFirstAdministrator() {
      if (!store.isEmpty()) return null;
      const password = generatePassword();
      firstPassword.keep(password);
      store.insert({
        id: uuidv7(),
        name: FIRST_ADMINISTRATOR,
        roles: COUNTY_WORK.map((role) => ({ role, area: null })),
        passwordHash: await hasher.hash(password),
        createdAt: clock.now(),
      });
      return { name: FIRST_ADMINISTRATOR, password };
    },

    invite(name, roles, by) {
      const plain = plainName(name);
      if (name !== plain) {
        const signs = "The name has signs that are not seen, or that look like others.";
        throw invalid("/name", signs, plain === "" ? "Type it anew." : `Write it as "${plain}".`);
      }
      checkRoles(roles);
      return transact(() => {
        if (store.byName(name)) {
          throw new AppError("conflict", `There is a person called "${name}" already.`, {
            hint: "Choose another name, or give the roles to that person.",
          });
        }
        const id = uuidv7();
        store.insert({ id, name, roles, passwordHash: null, createdAt: clock.now() });
        const invitation = passwords.issueInvitation(id, by);
        return { person: get(id), invitation };
      });
    },

    inviteAgain(id, by) {
      return transact(() => {
        if (personOf(id).disabledAt !== null)
          throw new AppError("conflict", "This account is disabled.", { hint: "Enable it first." });
        return passwords.issueInvitation(id, by);
      });
    },

    setRoles(id, roles) {
      checkRoles(roles);
      return transact(() => {
        if (!roles.some(({ role }) => role === "administrator")) requireAnotherAdministrator(id);
        personOf(id);
        store.setRoles(id, roles);
        return get(id);
      });
    },

    disable(id) {
      return transact(() => {
        if (personOf(id).disabledAt !== null) return get(id);
        requireAnotherAdministrator(id);
        store.setDisabled(id, clock.now());
        store.deleteInvitations(id);
        signIns.revokeAll(id);
        apiTokens.revokeAll(id);
        return get(id);
      });
    },

    enable(id) {
      personOf(id);
      store.setDisabled(id, null);
      return get(id);
    },

    link(id, subject, by) {
      if (issuer === null) {
        throw new AppError("conflict", "There is no sign-in provider here.", {
          hint: "docs/people.md says how to set one up.",
        });
      }
      return transact(() => {
        const person = personOf(id);
        const other = identities.bySubject(issuer, subject);
        if (other || identities.of(id)) {
          const { name } = personOf(other?.userId ?? id);
          throw new AppError("conflict", `"${name}" is linked with the provider already.`, {
            hint: "Remove that link first.",
          });
        }
        const now = clock.now();
        const confirmedAt = signIns.hasPassword(person) ? null : now;
        identities.insert({ userId: id, issuer, subject, roles: [], createdAt: now, confirmedAt });
        if (confirmedAt !== null) access.note(id, by, "provider");
        return get(id);
      });
    },

    linkOf,
    confirmLink(id) {
      identities.confirm(id, clock.now());
      const link = linkOf(id);
      if (link) return link;
      throw new AppError("not_found", "This person is not linked with a provider.");
    },

    unlink(id) {
      return transact(() => {
        const { roles } = personOf(id);
        const identity = identities.of(id);
        if (!identity) {
          throw new AppError("not_found", "This person is not linked with a provider.");
        }
        store.setRoles(id, renewed(roles, identity.roles, []).roles);
        identities.delete(id);
        signIns.revokeAll(id);
        apiTokens.revokeAll(id);
        return get(id);
      });
    },

    removeSecondFactor(id, by) {
      return transact(() => {
        personOf(id);
        if (secondFactors.isSetUp(id)) access.note(id, by, "second-factor");
        secondFactors.remove(id);
        signIns.revokeAll(id);
        // They were made in the name of the factor.
        apiTokens.revokeAll(id);
        return get(id);
      });
    },
  };
}
