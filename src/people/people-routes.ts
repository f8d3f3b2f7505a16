import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import { closed, Uuid } from "../http/schemas.ts";
import { requireUser, SIGN_IN_COOKIE, tokenOf } from "../http/sign-in-guard.ts";
import { PASSWORD_MIN_LENGTH, type PeopleService, SIGN_IN_LIFETIME_MS } from "./people-service.ts";

const SignedIn = Type.Object({
  user: Type.Object({ id: Uuid, name: Type.String(), role: Type.String() }),
  csrfToken: Type.String({ description: "Send as `x-csrf-token` with every POST, PUT, PATCH and DELETE" }),
});

const Password = Type.String({ minLength: PASSWORD_MIN_LENGTH, maxLength: 200 });
const SIGN_INS_PER_MINUTE = 10;

export interface PeopleRoutesOptions {
  people: PeopleService;
  /** Whether cookies may travel over plain HTTP, as on a first start on loopback. */
  secureCookies: boolean;
}

/** The one operation that a stranger may call; mounted outside the sign-in guard. */
export async function signInRoutes(
  instance: FastifyInstance,
  { people, secureCookies }: PeopleRoutesOptions,
) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const setCookie = (reply: FastifyReply, token: string) =>
    reply.setCookie(SIGN_IN_COOKIE, token, {
      path: "/",
      httpOnly: true,
      sameSite: "strict",
      secure: secureCookies,
      maxAge: SIGN_IN_LIFETIME_MS / 1000,
    });

  app.post(
    "/sign-in",
    {
      config: { rateLimit: { max: SIGN_INS_PER_MINUTE, timeWindow: "1 minute" } },
      schema: {
        tags: ["people"],
        summary: "Sign in; sets the cookie",
        body: closed({
          name: Type.String({ minLength: 1, maxLength: 100 }),
          password: Type.String({ minLength: 1, maxLength: 200 }),
        }),
        response: { 200: SignedIn },
      },
    },
    async (request, reply) => {
      const { user, token } = await people.signIn(request.body.name, request.body.password);
      setCookie(reply, token);
      request.signIn = { user, token };
      return { user, csrfToken: reply.generateCsrf({ userInfo: token }) };
    },
  );
}

/** What a signed-in person may do with the own account; mounted inside the guard. */
export async function peopleRoutes(instance: FastifyInstance, { people }: PeopleRoutesOptions) {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    "/me",
    { schema: { tags: ["people"], summary: "Who is signed in", response: { 200: SignedIn } } },
    async (request, reply) => ({
      user: requireUser(request),
      csrfToken: reply.generateCsrf({ userInfo: tokenOf(request) }),
    }),
  );

  app.delete(
    "/sign-in",
    { schema: { tags: ["people"], summary: "Sign out", response: { 204: Type.Null() } } },
    async (request, reply) => {
      people.signOut(tokenOf(request));
      await reply.clearCookie(SIGN_IN_COOKIE, { path: "/" }).code(204).send(null);
    },
  );

  app.put(
    "/me/password",
    {
      config: { rateLimit: { max: SIGN_INS_PER_MINUTE, timeWindow: "1 minute" } },
      schema: {
        tags: ["people"],
        summary: "Change the own password; ends the other sign-ins",
        body: closed({
          currentPassword: Type.String({ minLength: 1, maxLength: 200 }),
          newPassword: Password,
        }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { currentPassword, newPassword } = request.body;
      await people.changePassword(requireUser(request), currentPassword, newPassword, tokenOf(request));
      await reply.code(204).send(null);
    },
  );
}
