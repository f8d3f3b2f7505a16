import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { toIso } from "../clock.ts";
import { closed, Instant } from "../http/schemas.ts";
import { answerSignIn, type MeOptions } from "./me-view.ts";
import type { Passwords } from "./password-service.ts";
import { Code, Me, NewPassword } from "./person-view.ts";
import type { SignIns } from "./sign-in-service.ts";

const Token = Type.String({ minLength: 1, maxLength: 100, description: "The end of the invitation's link" });

interface Options extends MeOptions {
  passwords: Passwords;
  signIns: SignIns;
  attemptsPerMinute: number;
}

/** What strangers may call; mounted outside the sign-in guard. */
export async function signInRoutes(instance: FastifyInstance, options: Options) {
  const { passwords, signIns } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const rateLimit = { max: options.attemptsPerMinute, timeWindow: "1 minute" };
  const config = { act: "public", rateLimit } as const;

  app.post(
    "/sign-in",
    {
      config,
      schema: {
        tags: ["account"],
        summary: "Sign in; sets the cookie",
        description:
          "401 with `secondFactor: needed` when the password is right and a code is asked for as well.",
        body: closed({
          name: Type.String({ minLength: 1, maxLength: 100 }),
          password: Type.String({ minLength: 1, maxLength: 200 }),
          code: Type.Optional(Code),
        }),
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      const { ip: address, headers } = request;
      const agent = headers["user-agent"] ?? "";
      const attempt = { ...request.body, address, agent };
      const { token } = await signIns.signIn(attempt, (signIn) => void (request.signIn = signIn));
      return answerSignIn(request, reply, token, options);
    },
  );

  app.post(
    "/invitations/look",
    {
      config,
      schema: {
        tags: ["account"],
        summary: "Whom an invitation is for",
        body: closed({ token: Token }),
        response: { 200: Type.Object({ name: Type.String(), expiresAt: Instant }) },
      },
    },
    async ({ body }) => {
      const { name, expiresAt } = passwords.invited(body.token);
      return { name, expiresAt: toIso(expiresAt) };
    },
  );

  app.post(
    "/invitations/accept",
    {
      config,
      schema: {
        tags: ["account"],
        summary: "Set the own password by an invitation, once; what there was of sign-ins and tokens ends",
        body: closed({ token: Token, password: NewPassword }),
        response: { 204: Type.Null() },
      },
    },
    async ({ body }, reply) => {
      await passwords.acceptInvitation(body.token, body.password);
      return reply.code(204).send(null);
    },
  );
}
