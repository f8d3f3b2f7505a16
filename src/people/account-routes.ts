import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { closed, IdParams, Title } from "../http/schemas.ts";
import { requireUser, SIGN_IN_COOKIE, signInOf } from "../http/sign-in-guard.ts";
import type { ApiTokens } from "./api-token-service.ts";
import type { FreshProof } from "./fresh-proof.ts";
import { type MeOptions, viewMe } from "./me-view.ts";
import type { Passwords } from "./password-service.ts";
import {
  Acts,
  CurrentPassword,
  FreshProofFields,
  Me,
  NewPassword,
  SignInSchema,
  TokenSchema,
  viewSignIn,
  viewToken,
} from "./person-view.ts";
import type { SignIns } from "./sign-in-service.ts";

const MAX_TOKEN_DAYS = 366;

interface Options extends MeOptions {
  freshProof: FreshProof;
  passwords: Passwords;
  signIns: SignIns;
  apiTokens: ApiTokens;
  attemptsPerMinute: number;
}

/** What everybody who is signed in does with the own account; mounted inside the guard. */
export async function accountRoutes(instance: FastifyInstance, options: Options) {
  const { freshProof, passwords, signIns, apiTokens } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["account"];
  const config = { act: "account:own" } as const;
  const rateLimit = { max: options.attemptsPerMinute, timeWindow: "1 minute" };
  const attempts = { ...config, rateLimit };

  app.get(
    "/me",
    {
      config: { ...config, beforeCode: true },
      schema: { tags, summary: "Who is signed in, and may do what", response: { 200: Me } },
    },
    async (request, reply) => viewMe(request, reply, options),
  );

  app.delete(
    "/sign-in",
    {
      config: { ...config, beforeCode: true },
      schema: { tags, summary: "Sign out", response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { user, id } = signInOf(request);
      signIns.revoke(user.id, id);
      await reply.clearCookie(SIGN_IN_COOKIE, { path: "/" }).code(204).send(null);
    },
  );

  app.put(
    "/me/password",
    {
      config: attempts,
      schema: {
        tags,
        summary: "Change the own password; ends the other sign-ins, and all tokens",
        body: closed({ currentPassword: CurrentPassword, newPassword: NewPassword }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { currentPassword, newPassword } = request.body;
      await passwords.change(signInOf(request), currentPassword, newPassword, request.ip);
      await reply.code(204).send(null);
    },
  );

  app.get(
    "/me/sign-ins",
    {
      config,
      schema: {
        tags,
        summary: "The own sign-ins in force, newest first",
        response: { 200: Type.Object({ items: Type.Array(SignInSchema) }) },
      },
    },
    async (request) => {
      const { user, id } = signInOf(request);
      return { items: signIns.of(user.id).map((record) => viewSignIn(record, id)) };
    },
  );

  app.delete(
    "/me/sign-ins/:id",
    {
      config,
      schema: {
        tags,
        summary: "End one of the own sign-ins at once",
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      signIns.revoke(requireUser(request).id, request.params.id);
      await reply.code(204).send(null);
    },
  );

  app.get(
    "/me/tokens",
    {
      config,
      schema: {
        tags,
        summary: "The own tokens for scripts, newest first",
        response: { 200: Type.Object({ items: Type.Array(TokenSchema) }) },
      },
    },
    async (request) => ({ items: apiTokens.of(requireUser(request).id).map(viewToken) }),
  );

  app.post(
    "/me/tokens",
    {
      config: attempts,
      schema: {
        tags,
        summary: "Make a token for a script, sent as `Authorization: Bearer …`",
        description:
          "It may do its scopes, as far as its person may at the time. Made by a fresh code, or by the password.",
        body: closed({
          label: Title,
          scopes: Type.Array(Acts.items, { minItems: 1, uniqueItems: true }),
          expiresInDays: Type.Integer({ minimum: 1, maximum: MAX_TOKEN_DAYS, default: 90 }),
          ...FreshProofFields,
        }),
        response: {
          201: Type.Object({
            ...TokenSchema.properties,
            token: Type.String({ description: "Shown this once; kept nowhere" }),
          }),
        },
      },
    },
    async (request, reply) => {
      const signIn = signInOf(request);
      const { record, token } = await freshProof.require(signIn, request.body, request.ip, () =>
        apiTokens.create(signIn, request.body),
      );
      reply.code(201).header("cache-control", "no-store");
      return { ...viewToken(record), token };
    },
  );

  app.delete(
    "/me/tokens/:id",
    {
      config,
      schema: {
        tags,
        summary: "Revoke one of the own tokens; it stops working at once",
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      apiTokens.revoke(requireUser(request).id, request.params.id);
      await reply.code(204).send(null);
    },
  );
}
