import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";
import { type Act, mayAnywhere, reaches, reachOf, ruleOf, takesSecondFactor } from "../people/permissions.ts";
import type { SignIn } from "../people/sign-in.ts";
import { signInOf } from "./sign-in-guard.ts";

/** Where a request acts: regions, or `narrowed` where the handler keeps to `reachFor` by itself. */
export type ActsWithin = (request: FastifyRequest) => Where | Promise<Where>;
type Where = readonly string[] | "narrowed";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What somebody does who calls it, by `people/permissions.ts`; `public` is for strangers. */
    act?: Act | "public" | ((request: FastifyRequest) => Act | Promise<Act>);
    /** Needed where the act is one of an area. */
    within?: ActsWithin;
    /** Also before the code of the own second factor was given that a sign-in owes: to give it, or to leave. */
    beforeCode?: true;
  }
}

const API = "/api/v1/";

/** Deny by default: an operation of the API that does not declare its act keeps the server from starting. */
export function demandActs(app: FastifyInstance): void {
  app.addHook("onRoute", ({ method, url, config }) => {
    if (!url.startsWith(API)) return;
    const act = config?.act;
    if (act === undefined) throw new Error(`${String(method)} ${url} does not declare its act.`);
    const isOfArea = typeof act === "function" || (act !== "public" && ruleOf(act).inArea);
    if (isOfArea && config?.within === undefined)
      throw new Error(`${String(method)} ${url} does not declare where it acts.`);
  });
}

interface Options {
  /** Whether who can interrupt what is heard proves a second factor before anything but looking and stopping. */
  secondFactorRequired: boolean;
}

/** Holds each request against the table: the role before anything is read, the area once the input is known. */
export function guardPermissions(app: FastifyInstance, { secondFactorRequired }: Options): void {
  app.addHook("onRequest", async (request) => {
    const signIn = signInOf(request);
    if (!request.routeOptions.config.beforeCode) requireCode(signIn);
    const act = await actOf(request);
    requireRole(signIn, act);
    if (secondFactorRequired) requireSecondFactor(signIn, act);
  });

  app.addHook("preHandler", async (request) => {
    const { within } = request.routeOptions.config;
    const reach = reachOf(signInOf(request).user.roles, await actOf(request));
    if (reach === null) return;
    const areas = (await within?.(request)) ?? [];
    if (areas !== "narrowed" && !reaches(reach, areas)) throw outside(reach);
  });
}

/** @throws {AppError} `forbidden` with the member `secondFactor` */
function requireSecondFactor({ user, scopes, secondFactor }: SignIn, act: Act): void {
  if (secondFactor || !takesSecondFactor(user.roles, act)) return;
  const message = ruleOf(act).interrupts
    ? "What is heard at once takes a sign-in with a second factor."
    : "Your roles can interrupt what is heard, so this takes a sign-in with a second factor.";
  throw new AppError("forbidden", message, {
    hint:
      scopes === null
        ? "Under My account: set one up, or add its code to this sign-in."
        : "Make another token, in a sign-in with a second factor.",
    members: { secondFactor: "needed" },
  });
}

/** @throws {AppError} `forbidden` as long as a sign-in owes the code of the own second factor */
export function requireCode({ owesCode }: SignIn): void {
  if (!owesCode) return;
  throw new AppError("forbidden", "This sign-in lacks the code that this account asks for.", {
    hint: "Open the authenticator app and give its code: POST /api/v1/me/second-factor/use.",
    members: { secondFactor: "needed" },
  });
}

async function actOf(request: FastifyRequest): Promise<Act> {
  const { act } = request.routeOptions.config;
  if (typeof act === "function") return act(request);
  if (act === undefined || act === "public") throw new Error("A route inside the guard declares no act.");
  return act;
}

/** @throws {AppError} `forbidden` unless the roles, and the scopes of a script's token, include it somewhere */
export function requireRole({ user, scopes }: SignIn, act: Act): void {
  const { roles, inPerson } = ruleOf(act);
  if (scopes !== null && (inPerson || !scopes.includes(act))) {
    throw new AppError("forbidden", `This token is not for "${act}".`, {
      hint: inPerson
        ? "A person does it, signed in with the own password."
        : "Make a token with this scope, or sign in.",
    });
  }
  if (mayAnywhere(user.roles, act)) return;
  throw new AppError("forbidden", "Your roles do not include this.", {
    hint: `Ask who has the role: ${roles.join(", ")}. An administrator gives roles, under People.`,
    members: { roles },
  });
}

const outside = (reach: readonly string[]) =>
  new AppError("forbidden", `This is outside your area: ${reach.join(", ")}.`, {
    hint: "Ask the town that it is in, or the county.",
    members: { areas: reach },
  });

/** Where whoever asks may do something: regions with everything below them, `null` everywhere. */
export const reachFor = (request: FastifyRequest, act: Act): string[] | null =>
  reachOf(signInOf(request).user.roles, act);

/** Of operations with a region's code in their path. */
export const withinCode: ActsWithin = ({ params }) => [(params as { code: string }).code];
