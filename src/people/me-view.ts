import type { FastifyReply, FastifyRequest } from "fastify";
import type { Static } from "typebox";
import { SECOND_MS } from "../clock.ts";
import { SIGN_IN_COOKIE, signInOf } from "../http/sign-in-guard.ts";
import { ALL_ACTS, canInterrupt, mayAnywhere, ruleOf } from "./permissions.ts";
import type { Me } from "./person-view.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import type { SignInLimits } from "./sign-in.ts";
import type { SignIns } from "./sign-in-service.ts";

export interface MeOptions {
  signIns: Pick<SignIns, "hasPassword">;
  secondFactors: SecondFactors;
  secondFactorRequired: boolean;
  /** See `standingNotices`. */
  notices: readonly string[];
  signInLimits: SignInLimits;
  /** False where cookies may travel over plain HTTP, as on a first start on loopback. */
  secureCookies: boolean;
}

/** Who is signed in and may do what, with a fresh CSRF token. */
export function viewMe(
  request: FastifyRequest,
  reply: FastifyReply,
  { signIns, secondFactors, secondFactorRequired, notices }: MeOptions,
): Static<typeof Me> {
  const { id: signInId, user, secondFactor: proven } = signInOf(request);
  const { id, name, roles } = user;
  const acts = ALL_ACTS.filter((act) => mayAnywhere(roles, act));
  return {
    user: { id, name, roles: [...roles] },
    acts,
    scopes: acts.filter((act) => !ruleOf(act).inPerson),
    secondFactor: {
      setUp: secondFactors.isSetUp(id),
      proven,
      wanted: secondFactorRequired && !proven && canInterrupt(roles),
      recoveryCodesLeft: secondFactors.recoveryCodesLeft(id),
    },
    notices: mayAnywhere(roles, "audit:read") ? [...notices] : [],
    password: signIns.hasPassword(user),
    csrfToken: reply.generateCsrf({ userInfo: signInId }),
  };
}

/** Answers a sign-in that was just made, by which the request is known: the browser gets its cookie. */
export function answerSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
  options: MeOptions,
): Static<typeof Me> {
  reply.setCookie(SIGN_IN_COOKIE, token, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: options.secureCookies,
    maxAge: options.signInLimits.lifetimeMs / SECOND_MS,
  });
  return viewMe(request, reply, options);
}
