import type { FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { Uuid } from "../http/schemas.ts";
import { signInOf } from "../http/sign-in-guard.ts";
import { ALL_ACTS, canInterrupt, mayAnywhere, ruleOf } from "./permissions.ts";
import { Acts, Roles } from "./person-view.ts";
import type { SecondFactors } from "./second-factor-service.ts";

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
    wanted: Type.Boolean({ description: "Not set up, although something that the roles include takes it" }),
    recoveryCodesLeft: Type.Integer(),
  }),
  csrfToken: Type.String({ description: "Send as `x-csrf-token` with every POST, PUT, PATCH and DELETE" }),
});

interface Options {
  secondFactors: SecondFactors;
  secondFactorRequired: boolean;
}

/** Who is signed in and may do what, with a fresh CSRF token. */
export function viewMe(
  request: FastifyRequest,
  reply: FastifyReply,
  { secondFactors, secondFactorRequired }: Options,
): Static<typeof Me> {
  const { id: signInId, user } = signInOf(request);
  const { id, name, roles } = user;
  const setUp = secondFactors.isSetUp(id);
  const acts = ALL_ACTS.filter((act) => mayAnywhere(roles, act));
  return {
    user: { id, name, roles: [...roles] },
    acts,
    scopes: acts.filter((act) => !ruleOf(act).inPerson),
    secondFactor: {
      setUp,
      wanted: secondFactorRequired && !setUp && canInterrupt(roles),
      recoveryCodesLeft: secondFactors.recoveryCodesLeft(id),
    },
    csrfToken: reply.generateCsrf({ userInfo: signInId }),
  };
}
