import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { createTransact, type Database } from "../db/open.ts";
import type { SecretBox } from "../db/secret-box.ts";
import type { ServerSecrets } from "../db/server-secrets.ts";
import { createAccess } from "./access-service.ts";
import { createAccessStore } from "./access-store.ts";
import { createApiTokens } from "./api-token-service.ts";
import { createApiTokenStore } from "./api-token-store.ts";
import { createDeputies } from "./deputy-service.ts";
import { createDeputyStore } from "./deputy-store.ts";
import { createFirstPassword } from "./first-password.ts";
import { createFreshProof } from "./fresh-proof.ts";
import { createIdentityStore } from "./identity-store.ts";
import { createLockout } from "./lockout.ts";
import { createOidcClient } from "./oidc-client.ts";
import { createOidcSignIns } from "./oidc-service.ts";
import { createOwnSecondFactor } from "./own-second-factor.ts";
import { createPasswordHasher } from "./password.ts";
import { createPasswords } from "./password-service.ts";
import { createPeopleService } from "./people-service.ts";
import { createPeopleStore } from "./people-store.ts";
import { createSecondFactors } from "./second-factor-service.ts";
import { createSecondFactorStore } from "./second-factor-store.ts";
import { createFlowSeal } from "./sign-in-flow.ts";
import { createSignIns } from "./sign-in-service.ts";
import { createSignInStore } from "./sign-in-store.ts";

interface Dependencies {
  db: Database;
  regions: { exists(code: string): boolean };
  config: Pick<
    Config,
    | "accessSettlesAfterMs"
    | "dataDir"
    | "oidc"
    | "passwordMemoryKib"
    | "passwordSignIn"
    | "signInLimits"
    | "zone"
  >;
  box: SecretBox;
  secrets: ServerSecrets;
  log: Pick<BaseLogger, "warn">;
  clock: Clock;
}

/** All that is about people: who they are, how they sign in, and what their scripts sign in with. */
export function createPeople({ db, regions, config, box, secrets, log, clock }: Dependencies) {
  const transact = createTransact(db);
  const store = createPeopleStore(db);
  const identities = createIdentityStore(db);
  const signInStore = createSignInStore(db);
  const lockout = createLockout({ store: signInStore, key: secrets.secret("lockout-key"), transact, clock });
  const secondFactors = createSecondFactors({ store: createSecondFactorStore(db, box), transact, clock });
  const access = createAccess({
    store: createAccessStore(db),
    settlesAfterMs: config.accessSettlesAfterMs,
    clock,
  });
  const deputies = createDeputies({ store: createDeputyStore(db), people: store, clock, zone: config.zone });
  const hasher = createPasswordHasher(config.passwordMemoryKib);
  const signIns = createSignIns({
    store: signInStore,
    people: store,
    deputies,
    secondFactors,
    lockout,
    limits: config.signInLimits,
    hasher,
    passwordSignIn: config.passwordSignIn,
    transact,
    clock,
  });
  const apiTokens = createApiTokens({ store: createApiTokenStore(db), clock });
  const freshProof = createFreshProof({ signIns, secondFactors });
  const ownSecondFactor = createOwnSecondFactor({ secondFactors, signIns, apiTokens, transact });
  const firstPassword = createFirstPassword(config.dataDir);
  const passwords = createPasswords({
    store,
    hasher,
    signIns,
    secondFactors,
    access,
    apiTokens,
    lockout,
    firstPassword,
    transact,
    clock,
  });
  /** `null` where there is no provider. */
  const oidc =
    config.oidc &&
    createOidcSignIns({
      client: createOidcClient(config.oidc, { clock, log }),
      label: config.oidc.label,
      mapping: config.oidc.roles,
      seal: createFlowSeal(secrets.secret("sign-in-flow-key"), clock),
      people: store,
      identities,
      signIns,
      transact,
      clock,
    });
  const people = createPeopleService({
    store,
    hasher,
    identities,
    issuer: config.oidc?.issuer.href ?? null,
    signIns,
    secondFactors,
    access,
    apiTokens,
    passwords,
    firstPassword,
    regions,
    transact,
    clock,
  });
  /** What opens nothing any more is kept no longer (GB/T 22239-2019, 剩余信息保护). */
  function forgetEnded(): void {
    signIns.forgetEnded();
    apiTokens.forgetEnded();
    lockout.forgetOld();
    access.forgetOld();
    store.deleteExpiredInvitations(clock.now());
  }
  return {
    forgetEnded,
    access,
    people,
    deputies,
    passwords,
    signIns,
    secondFactors,
    freshProof,
    ownSecondFactor,
    apiTokens,
    oidc,
  };
}
