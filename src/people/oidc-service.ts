import { v7 as uuidv7 } from "uuid";
import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError } from "../errors.ts";
import type { Identity, IdentityStore } from "./identity-store.ts";
import type { Identified } from "./oidc-claims.ts";
import type { OidcClient } from "./oidc-client.ts";
import type { PeopleStore, StoredPerson } from "./people-store.ts";
import type { Grant } from "./permissions.ts";
import { plainName } from "./plain-name.ts";
import { grantsOf, type RoleMapping, renewed } from "./role-mapping.ts";
import type { FlowSeal } from "./sign-in-flow.ts";
import type { IsKnown, OpenedSignIn, SignIns } from "./sign-in-service.ts";

export interface OidcSignIns {
  /** On the button; `null` has its own words. */
  label: string | null;
  /** Why the provider could not be asked the last time. */
  problem(): string | null;
  /** Where to send the browser, and what it keeps meanwhile. @throws {AppError} `unavailable` */
  begin(): Promise<{ url: string; flow: string }>;
  /**
   * Makes a sign-in of the provider's answer; whoever is new and has a role by the mapping becomes a person here.
   * @param came what the browser came back with, and what it kept
   * @throws {AppError} `unauthorized`, `forbidden` without a role, `conflict` for a name that is taken, `unavailable`
   */
  finish(
    came: { answer: string; flow: string | undefined },
    from: { address: string; agent: string },
    isKnown: IsKnown,
  ): Promise<OpenedSignIn>;
}

interface Dependencies {
  client: OidcClient;
  label: string | null;
  mapping: RoleMapping;
  seal: FlowSeal;
  people: Pick<PeopleStore, "byId" | "byName" | "insert" | "setRoles">;
  identities: IdentityStore;
  signIns: Pick<SignIns, "open" | "revokeAll">;
  transact: Transact;
  clock: Clock;
}

export function createOidcSignIns(deps: Dependencies): OidcSignIns {
  const { client, label, mapping, seal, people, identities, signIns, transact, clock } = deps;

  function create(who: Identified, roles: Grant[]): StoredPerson {
    const name = nameOf(who);
    if (people.byName(name)) throw nameTaken(name, who.subject);
    const person = { id: uuidv7(), name, roles, passwordHash: null, createdAt: clock.now() };
    people.insert(person);
    const { issuer, subject } = who;
    identities.insert({
      userId: person.id,
      issuer,
      subject,
      roles,
      createdAt: person.createdAt,
      confirmedAt: clock.now(),
    });
    return { ...person, passwordVersion: 0, disabledAt: null };
  }

  function renew(identity: Identity, now: Grant[]): StoredPerson {
    const person = people.byId(identity.userId);
    if (!person) throw new Error(`The identity "${identity.subject}" has no person.`);
    // Out is out: nothing of theirs changes before they are let in again.
    if (person.disabledAt !== null) return person;
    const { roles, given } = renewed(person.roles, identity.roles, now);
    if (JSON.stringify(roles) !== JSON.stringify(person.roles)) people.setRoles(person.id, roles);
    if (JSON.stringify(given) !== JSON.stringify(identity.roles)) identities.setRoles(person.id, given);
    if (roles.length === 0) signIns.revokeAll(person.id);
    return { ...person, roles };
  }

  /** The person, with the roles as they are now; `null` for whom nobody knows and no role is for. */
  function personFor(who: Identified): StoredPerson | null {
    const grants = grantsOf(mapping, who.groups);
    const identity = identities.bySubject(who.issuer, who.subject);
    if (identity?.confirmedAt === null) throw linkWaits();
    if (identity) return renew(identity, grants);
    return grants.length === 0 ? null : create(who, grants);
  }

  return {
    label,
    problem: client.problem,

    async begin() {
      const { url, flow } = await client.begin();
      return { url, flow: await seal.seal(flow) };
    },

    async finish(came, from, isKnown) {
      const flow = came.flow === undefined ? null : await seal.open(came.flow);
      if (flow === null || new URLSearchParams(came.answer).get("state") !== flow.state) throw notBegunHere();
      const who = await client.finish(came.answer, flow);
      const { person, opened } = transact(() => {
        const person = personFor(who);
        if (person === null || person.disabledAt !== null || person.roles.length === 0)
          return { person, opened: null };
        const opened = signIns.open(person, { ...from, secondFactor: who.secondFactor });
        isKnown(opened.signIn);
        return { person, opened };
      });
      if (opened !== null) return opened;
      if (person !== null && person.disabledAt !== null) {
        throw new AppError("unauthorized", "This account is disabled.", { hint: "Ask an administrator." });
      }
      throw noRole(nameOf(who));
    },
  };
}

/** What they are called here: as the claim says, or else as the provider knows them. */
function nameOf({ name, subject }: Identified): string {
  const text = plainName(name ?? "");
  return text === "" ? plainName(subject) : text;
}

const notBegunHere = () =>
  new AppError("unauthorized", "This sign-in was not begun in this browser, or more than ten minutes ago.", {
    hint: "Sign in again, from the button of the sign-in page.",
  });

const linkWaits = () =>
  new AppError("forbidden", "The account that was linked with yours has not confirmed it yet.", {
    hint: "Sign in here with the account's own name and password, and confirm the link under My account.",
  });

const noRole = (name: string) =>
  new AppError("forbidden", `The provider knows you as "${name}", but no role here is for your groups.`, {
    hint: "Ask an administrator, or whoever keeps the groups at the provider; then sign in again.",
  });

const nameTaken = (name: string, subject: string) =>
  new AppError("conflict", `There is a person called "${name}" already, who signs in otherwise.`, {
    hint: `Ask an administrator to link that account with yours, if it is yours. At the provider you are "${subject}".`,
  });
