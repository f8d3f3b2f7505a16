import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";
import { type Act, mayAnywhere, reaches, reachOf, ruleOf } from "../people/permissions.ts";
import type { SignIn } from "../people/sign-in.ts";
import { signInOf } from "./sign-in-guard.ts";

/** Where a request acts: regions, or `narrowed` where the handler keeps to `reachFor` by itself. */
export type ActsWithin = (request: FastifyRequest) => readonly string[] | "narrowed";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What somebody does who calls it, by `people/permissions.ts`; `public` is for strangers. */
    act?: Act | "public" | ((request: FastifyRequest) => Act);
    /** Needed where the act is one of an area. */
    within?: ActsWithin;
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
  /** Whether what is heard at once takes a second factor. */
  secondFactorRequired: boolean;
}

/** Holds each request against the table: the role before anything is read, the area once the input is known. */
export function guardPermissions(app: FastifyInstance, { secondFactorRequired }: Options): void {
  app.addHook("onRequest", async (request) => {
    const signIn = signInOf(request);
    const act = actOf(request);
    const rule = ruleOf(act);
    requireRole(signIn, act);
    if (rule.interrupts && secondFactorRequired && !signIn.secondFactor) {
      throw new AppError("forbidden", "What is heard at once takes a sign-in with a second factor.", {
        hint: "Under My account: set one up, or add its code to this sign-in.",
        members: { secondFactor: "needed" },
      });
    }
  });

  app.addHook("preHandler", async (request) => {
    const { within } = request.routeOptions.config;
    const reach = reachOf(signInOf(request).user.roles, actOf(request));
    if (reach === null) return;
    const areas = within?.(request) ?? [];
    if (areas !== "narrowed" && !reaches(reach, areas)) throw outside(reach);
  });
}

function actOf(request: FastifyRequest): Act {
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
