import type { Transact } from "../db/open.ts";
import type { ApiTokens } from "./api-token-service.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import type { SignIn } from "./sign-in.ts";
import type { SignIns } from "./sign-in-service.ts";

/** What begins and ends with somebody's own second factor: all of it, or nothing. */
export interface OwnSecondFactor {
  /** This sign-in counts as made with it, the others end. @returns recovery codes. @throws {AppError} as `SecondFactors.confirm` */
  confirm(signIn: SignIn, code: string): string[];
  /** No sign-in counts as made with one any more, and tokens end. */
  remove(userId: string): void;
}

interface Dependencies {
  secondFactors: Pick<SecondFactors, "confirm" | "remove">;
  signIns: Pick<SignIns, "proveSecondFactor" | "revokeOthers" | "forgetSecondFactor">;
  apiTokens: Pick<ApiTokens, "revokeAll">;
  transact: Transact;
}

export function createOwnSecondFactor(deps: Dependencies): OwnSecondFactor {
  const { secondFactors, signIns, apiTokens, transact } = deps;
  return {
    confirm: (signIn, code) =>
      transact(() => {
        const recoveryCodes = secondFactors.confirm(signIn.user.id, code);
        signIns.proveSecondFactor(signIn);
        signIns.revokeOthers(signIn);
        return recoveryCodes;
      }),

    remove: (userId) =>
      transact(() => {
        secondFactors.remove(userId);
        signIns.forgetSecondFactor(userId);
        // They were made in the name of the factor.
        apiTokens.revokeAll(userId);
      }),
  };
}
