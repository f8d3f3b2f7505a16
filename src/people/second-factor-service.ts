import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { AppError, invalid } from "../errors.ts";
import { newRecoveryCodes, newTotpSecret, plainCode, totpStepOf, totpUri } from "./second-factor.ts";
import type { SecondFactorStore } from "./second-factor-store.ts";
import { hashOf } from "./secrets.ts";

export interface SecondFactors {
  isSetUp(userId: string): boolean;
  recoveryCodesLeft(userId: string): number;
  /** A secret for an authenticator app; in force once `confirm` saw a code of it. @throws {AppError} `conflict` when one is in force */
  begin(user: { id: string; name: string }): { secret: string; uri: string };
  /** @returns recovery codes, which are kept nowhere. @throws {AppError} `invalid` code, `conflict` when nothing was begun */
  confirm(userId: string, code: string): string[];
  /** Takes a code of the app or a recovery code; each counts once. */
  take(userId: string, code: string): boolean;
  /** The earlier ones end. */
  renewRecoveryCodes(userId: string): string[];
  remove(userId: string): void;
}

/** Time-based one-time passwords after RFC 6238 as a second factor. */
export function createSecondFactors(deps: {
  store: SecondFactorStore;
  transact: Transact;
  clock: Clock;
}): SecondFactors {
  const { store, transact, clock } = deps;

  const isSetUp = (userId: string): boolean => typeof store.get(userId)?.confirmedAt === "number";

  function takeCode(userId: string, secret: string, code: string): boolean {
    const step = totpStepOf(secret, code, clock.now());
    return step !== null && store.takeStep(userId, step);
  }

  function renewRecoveryCodes(userId: string): string[] {
    const codes = newRecoveryCodes();
    transact(() => store.replaceRecoveryCodes(userId, codes.map(plainCode).map(hashOf)));
    return codes;
  }

  return {
    isSetUp,
    recoveryCodesLeft: store.recoveryCodesLeft,

    begin({ id, name }) {
      if (isSetUp(id)) {
        throw new AppError("conflict", "There is a second factor already.", {
          hint: "Remove it first, with one of its codes or a recovery code.",
        });
      }
      const secret = newTotpSecret();
      store.replace(id, secret);
      return { secret, uri: totpUri(secret, name) };
    },

    confirm(userId, code) {
      return transact(() => {
        const factor = store.get(userId);
        if (!factor || factor.confirmedAt !== null)
          throw new AppError("conflict", "No second factor is being set up.", { hint: "Begin anew." });
        if (!takeCode(userId, factor.secret, plainCode(code))) {
          throw invalid(
            "/code",
            "The code is not right.",
            "Type the newest one; the telephone's clock must set itself by the network.",
          );
        }
        store.confirm(userId, clock.now());
        return renewRecoveryCodes(userId);
      });
    },

    take(userId, code) {
      const plain = plainCode(code);
      const factor = store.get(userId);
      if (!factor || factor.confirmedAt === null) return false;
      return takeCode(userId, factor.secret, plain) || store.takeRecoveryCode(userId, hashOf(plain));
    },

    renewRecoveryCodes,
    remove: (userId) => transact(() => store.delete(userId)),
  };
}
