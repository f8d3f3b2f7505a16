import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { toDataURL } from "qrcode";
import { Type } from "typebox";
import { closed } from "../http/schemas.ts";
import { signInOf } from "../http/sign-in-guard.ts";
import type { OwnSecondFactor } from "./own-second-factor.ts";
import { Code, CurrentPassword } from "./person-view.ts";
import type { SecondFactors } from "./second-factor-service.ts";
import type { SignIns } from "./sign-in-service.ts";

const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), {
    description: "Each signs in once instead of a code of the app; shown this once",
  }),
});
/** Once more, from whoever sits there now. */
const Password = Type.Optional(
  Type.String({
    ...CurrentPassword,
    description:
      "Who has none, and signs in at a provider, has signed in within the last ten minutes instead",
  }),
);
const PasswordAndCode = closed({ currentPassword: Password, code: Code });

interface Options {
  signIns: SignIns;
  secondFactors: SecondFactors;
  ownSecondFactor: OwnSecondFactor;
  attemptsPerMinute: number;
}

/** The own second factor; mounted inside the guard. */
export async function secondFactorRoutes(
  instance: FastifyInstance,
  { signIns, secondFactors, ownSecondFactor, attemptsPerMinute }: Options,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["account"];
  const rateLimit = { max: attemptsPerMinute, timeWindow: "1 minute" };
  const config = { act: "account:own", rateLimit } as const;

  app.post(
    "/me/second-factor",
    {
      config,
      schema: {
        tags,
        summary: "Begin to set up a second factor (RFC 6238); in force once a code of it was confirmed",
        body: closed({ currentPassword: Password }),
        response: {
          201: Type.Object({
            secret: Type.String({ description: "Base32, to be typed where nothing can be scanned" }),
            uri: Type.String(),
            qrCode: Type.String({ description: "The same as a picture, in a `data:` address" }),
          }),
        },
      },
    },
    async (request, reply) => {
      const signIn = signInOf(request);
      const { secret, uri } = await signIns.confirm(signIn, request.body, request.ip, () =>
        secondFactors.begin(signIn.user),
      );
      reply.code(201).header("cache-control", "no-store");
      return { secret, uri, qrCode: await toDataURL(uri, { margin: 2, scale: 5 }) };
    },
  );

  app.post(
    "/me/second-factor/confirm",
    {
      config,
      schema: {
        tags,
        summary: "Put the second factor in force by its first code; ends the other sign-ins",
        body: closed({ code: Code }),
        response: { 200: RecoveryCodes },
      },
    },
    async (request, reply) => {
      const recoveryCodes = ownSecondFactor.confirm(signInOf(request), request.body.code);
      reply.header("cache-control", "no-store");
      return { recoveryCodes };
    },
  );

  app.post(
    "/me/second-factor/use",
    {
      config: { ...config, beforeCode: true },
      schema: {
        tags,
        summary: "Add the second factor to this sign-in, where the provider did not tell of one",
        description: "Whose account has one does nothing else before, but look at `GET /me` and sign out.",
        body: closed({ code: Code }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const signIn = signInOf(request);
      signIns.confirmCode(signIn, request.body.code, request.ip, () => signIns.proveSecondFactor(signIn));
      await reply.code(204).send(null);
    },
  );

  app.post(
    "/me/recovery-codes",
    {
      config,
      schema: {
        tags,
        summary: "New recovery codes; the earlier ones end",
        body: PasswordAndCode,
        response: { 200: RecoveryCodes },
      },
    },
    async (request, reply) => {
      const signIn = signInOf(request);
      const recoveryCodes = await signIns.confirm(signIn, request.body, request.ip, () =>
        secondFactors.renewRecoveryCodes(signIn.user.id),
      );
      reply.header("cache-control", "no-store");
      return { recoveryCodes };
    },
  );

  app.post(
    "/me/second-factor/remove",
    {
      config,
      schema: {
        tags,
        summary:
          "Remove the own second factor, for instance to set it up on another telephone; ends all tokens",
        body: PasswordAndCode,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const signIn = signInOf(request);
      await signIns.confirm(signIn, request.body, request.ip, () => ownSecondFactor.remove(signIn.user.id));
      await reply.code(204).send(null);
    },
  );
}
