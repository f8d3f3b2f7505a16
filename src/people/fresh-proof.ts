import { AppError } from "../errors.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import type { SignIn } from "./sign-in.ts";
import type { SignIns } from "./sign-in-service.ts";

interface Proof {
  currentPassword?: string | undefined;
  code?: string | undefined;
}

/** What somebody shows in the same request: an open browser that a colleague left is not that colleague. */
export interface FreshProof {
  /**
   * By a code of the second factor, else by the password, else by a sign-in at the provider of the last ten minutes. Then does
   * `work`, in the transaction that takes the code: what is refused for another reason spends none.
   * @throws {AppError} `forbidden` (`fresh-code-needed`) without it; `unauthorized` when it is wrong; `too_many`
   */
  require<T>(signIn: SignIn, proof: Proof, address: string, work: () => T): Promise<T>;
}

interface Dependencies {
  signIns: Pick<SignIns, "confirm" | "confirmCode" | "hasPassword">;
  secondFactors: Pick<SecondFactors, "isSetUp">;
}

export const createFreshProof = ({ signIns, secondFactors }: Dependencies): FreshProof => ({
  async require(signIn, { currentPassword, code }, address, work) {
    // By this sign-in alone: a stranger who tries the name elsewhere keeps nobody from confirming an emergency.
    const countedFor = `sign-in ${signIn.id}`;
    if (secondFactors.isSetUp(signIn.user.id)) {
      if (code === undefined) throw needed("code");
      return signIns.confirmCode(signIn, code, address, work, countedFor);
    }
    if (currentPassword === undefined && signIns.hasPassword(signIn.user)) throw needed("password");
    return signIns.confirm(signIn, { currentPassword }, address, work, countedFor);
  },
});

const HINTS = {
  code: "Give the next code of the authenticator app, or a recovery code, with it (`code`).",
  password: "Give your password with it (`currentPassword`).",
};

const needed = (fresh: keyof typeof HINTS) =>
  new AppError("forbidden", "This takes a fresh proof that it is you who sits there.", {
    kind: "fresh-code-needed",
    hint: HINTS[fresh],
    members: { fresh },
  });
