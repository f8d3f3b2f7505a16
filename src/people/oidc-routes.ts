import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { SECOND_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import { closed, nullable } from "../http/schemas.ts";
import { answerSignIn, type MeOptions } from "./me-view.ts";
import type { OidcSignIns } from "./oidc-service.ts";
import { Me } from "./person-view.ts";
import { FLOW_LIFETIME_MS } from "./sign-in-flow.ts";

const FLOW_COOKIE = "ccx_sign_in_flow";
const FLOW_PATH = "/api/v1/sign-in/oidc";

interface Options extends MeOptions {
  /** `null` where there is no provider. */
  oidc: OidcSignIns | null;
  passwordSignIn: boolean;
  attemptsPerMinute: number;
}

/** Signing in at a provider (OpenID Connect); for strangers, outside the sign-in guard. */
export async function oidcRoutes(instance: FastifyInstance, options: Options) {
  const { passwordSignIn, secureCookies } = options;
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["account"];
  const rateLimit = { max: options.attemptsPerMinute, timeWindow: "1 minute" };
  const config = { act: "public", rateLimit } as const;
  const flowCookie = { path: FLOW_PATH, httpOnly: true, sameSite: "strict", secure: secureCookies } as const;

  /** @throws {AppError} `not_found` */
  function required(): OidcSignIns {
    if (options.oidc) return options.oidc;
    throw new AppError("not_found", "There is no sign-in provider here.", {
      hint: "Sign in with a name and a password; docs/people.md says how to set a provider up.",
    });
  }

  app.get(
    "/sign-in",
    {
      config: { act: "public" },
      schema: {
        tags,
        summary: "How one may sign in here",
        response: {
          200: Type.Object({
            password: Type.Boolean(),
            oidc: nullable(
              Type.Object({
                label: nullable(Type.String({ description: "What the provider is called" })),
                problem: nullable(
                  Type.String({ description: "Why the provider could not be reached the last time" }),
                ),
              }),
            ),
          }),
        },
      },
    },
    async (_request, reply) => {
      const { oidc } = options;
      reply.header("cache-control", "no-store");
      return {
        password: passwordSignIn,
        oidc: oidc === null ? null : { label: oidc.label, problem: oidc.problem() },
      };
    },
  );

  app.post(
    "/sign-in/oidc/begin",
    {
      config,
      schema: {
        tags,
        summary: "Begin to sign in at the provider: where to send the browser; sets a cookie for ten minutes",
        response: { 200: Type.Object({ url: Type.String() }) },
      },
    },
    async (_request, reply) => {
      const { url, flow } = await required().begin();
      reply.setCookie(FLOW_COOKIE, flow, { ...flowCookie, maxAge: FLOW_LIFETIME_MS / SECOND_MS });
      reply.header("cache-control", "no-store");
      return { url };
    },
  );

  app.post(
    "/sign-in/oidc",
    {
      config,
      schema: {
        tags,
        summary: "Sign in by what the provider sent the browser back with; sets the cookie",
        description:
          "403 with whom to ask when no role is for the person's groups; 409 when the name is another account's.",
        body: closed({
          answer: Type.String({
            maxLength: 8000,
            description: "The query of the address that the provider sent the browser to, as it is",
          }),
        }),
        response: { 200: Me },
      },
    },
    async (request, reply) => {
      // Whatever comes of it, it counts once.
      reply.clearCookie(FLOW_COOKIE, flowCookie);
      const came = { answer: request.body.answer, flow: request.cookies[FLOW_COOKIE] };
      const from = { address: request.ip, agent: request.headers["user-agent"] ?? "" };
      const { token } = await required().finish(came, from, (signIn) => void (request.signIn = signIn));
      return answerSignIn(request, reply, token, options);
    },
  );
}
