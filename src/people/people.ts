import type { Clock } from "../clock.ts";
import { createTransact, type Database } from "../db/open.ts";
import { createApiTokens } from "./api-token-service.ts";
import { createApiTokenStore } from "./api-token-store.ts";
import { createDeputies } from "./deputy-service.ts";
import { createDeputyStore } from "./deputy-store.ts";
import { createLockout } from "./lockout.ts";
import { createPasswords } from "./password-service.ts";
import { createPeopleService } from "./people-service.ts";
import { createPeopleStore } from "./people-store.ts";
import { createSecondFactors } from "./second-factor-service.ts";
import { createSecondFactorStore } from "./second-factor-store.ts";
import { createSignIns } from "./sign-in-service.ts";
import { createSignInStore } from "./sign-in-store.ts";

interface Dependencies {
  db: Database;
  regions: { exists(code: string): boolean };
  clock: Clock;
  /** The county's. */
  zone: string;
}

/** All that is about people: who they are, how they sign in, and what their scripts sign in with. */
export function createPeople({ db, regions, clock, zone }: Dependencies) {
  const transact = createTransact(db);
  const store = createPeopleStore(db);
  const signInStore = createSignInStore(db);
  const lockout = createLockout({ store: signInStore, transact, clock });
  const secondFactors = createSecondFactors({ store: createSecondFactorStore(db), transact, clock });
  const deputies = createDeputies({ store: createDeputyStore(db), people: store, clock, zone });
  const signIns = createSignIns({
    store: signInStore,
    people: store,
    deputies,
    secondFactors,
    lockout,
    clock,
  });
  const apiTokens = createApiTokens({ store: createApiTokenStore(db), clock });
  const passwords = createPasswords({ store, signIns, secondFactors, lockout, transact, clock });
  const people = createPeopleService({
    store,
    signIns,
    secondFactors,
    apiTokens,
    passwords,
    regions,
    transact,
    clock,
  });
  return { people, deputies, passwords, signIns, secondFactors, apiTokens };
}
