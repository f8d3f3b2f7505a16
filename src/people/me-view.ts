import type { FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { SECOND_MS } from "../clock.ts";
import { Uuid } from "../http/schemas.ts";
import { SIGN_IN_COOKIE, signInOf } from "../http/sign-in-guard.ts";
import { ALL_ACTS, canInterrupt, mayAnywhere, ruleOf } from "./permissions.ts";
import { Acts, Roles } from "./person-view.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import type { SignIn, SignInLimits } from "./sign-in.ts";
import type { SignIns } from "./sign-in-service.ts";

const OwnRoles = Type.Array(
  Type.Object({
    ...Roles.items.properties,
    inPlaceOf: Type.Optional(
      Type.Object({ id: Uuid, name: Type.String() }, { description: "Whom one stands in for today" }),
    ),
  }),
);

export const Me = Type.Object({
  user: Type.Object({ id: Uuid, name: Type.String(), roles: OwnRoles }),
  acts: Type.Array(Acts.items, { description: "What the roles include, somewhere" }),
  scopes: Type.Array(Acts.items, { description: "What a script's token may be for" }),
  secondFactor: Type.Object({
    setUp: Type.Boolean(),
    proven: Type.Boolean({ description: "Whether this sign-in counts as made with one" }),
    wanted: Type.Boolean({ description: "Not proven, although something that the roles include takes it" }),
    recoveryCodesLeft: Type.Integer(),
  }),
  password: Type.Boolean({ description: "Whether they have one; who signs in at a provider need not" }),
  csrfToken: Type.String({ description: "Send as `x-csrf-token` with every POST, PUT, PATCH and DELETE" }),
});

export interface MeOptions {
  signIns: Pick<SignIns, "hasPassword">;
  secondFactors: SecondFactors;
  secondFactorRequired: boolean;
  signInLimits: SignInLimits;
  /** False where cookies may travel over plain HTTP, as on a first start on loopback. */
  secureCookies: boolean;
}

/** Who is signed in and may do what, with a fresh CSRF token. */
export function viewMe(
  request: FastifyRequest,
  reply: FastifyReply,
  { signIns, secondFactors, secondFactorRequired }: MeOptions,
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
    password: signIns.hasPassword(user),
    csrfToken: reply.generateCsrf({ userInfo: signInId }),
  };
}

/** Answers a sign-in that was just made: the browser gets its cookie. */
export function answerSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { signIn, token }: { signIn: SignIn; token: string },
  options: MeOptions,
): Static<typeof Me> {
  reply.setCookie(SIGN_IN_COOKIE, token, {
    path: "/",
    httpOnly: true,
    sameSite: "strict",
    secure: options.secureCookies,
    maxAge: options.signInLimits.lifetimeMs / SECOND_MS,
  });
  request.signIn = signIn;
  return viewMe(request, reply, options);
}
