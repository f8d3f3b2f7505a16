import type { FastifyRequest } from "fastify";
import { bearerToken } from "../devices/device-auth.ts";
import { AppError } from "../errors.ts";
import { type Person, type SignIn, signInRequired } from "../people/sign-in.ts";
import type { SignIns } from "../people/sign-in-service.ts";

export const SIGN_IN_COOKIE = "ccx_sign_in";

declare module "fastify" {
  interface FastifyRequest {
    signIn: SignIn | null;
  }
}

interface Dependencies {
  /** By the cookie of a browser. */
  signIns: Pick<SignIns, "byToken">;
  /** By the bearer token of a script (RFC 6750). */
  apiTokens: { signInOf(token: string): SignIn | null };
}

/**
 * Whether somebody's hand is behind it: a stream that stays open, and a page that asks by itself what is new, keep no sign-in
 * alive.
 */
const isUse = ({ headers }: FastifyRequest): boolean =>
  headers["x-in-background"] === undefined && !headers.accept?.includes("text/event-stream");

/** Who makes a request, as of now: what is open for long asks again. `null` for a stranger. */
export type WhoAsks = (request: FastifyRequest) => SignIn | null;

export const whoAsksBy =
  ({ signIns, apiTokens }: Dependencies): WhoAsks =>
  (request) => {
    const bearer = bearerToken(request);
    if (bearer !== null) return apiTokens.signInOf(bearer);
    // Where only devices ask there are none.
    const cookie = request.cookies?.[SIGN_IN_COOKIE];
    return cookie ? signIns.byToken(cookie, isUse(request)) : null;
  };

/** An `onRequest` hook that lets only signed-in people and their scripts through. */
export function signInGuard(whoAsks: WhoAsks) {
  return async (request: FastifyRequest): Promise<void> => {
    request.signIn = whoAsks(request);
    if (request.signIn) return;
    if (bearerToken(request) === null) throw signInRequired();
    throw new AppError("unauthorized", "This token is not valid, or not any more.", {
      hint: "Make a new one in the console under My account.",
    });
  };
}

/** @throws {AppError} `unauthorized` outside the guard */
export function signInOf(request: FastifyRequest): SignIn {
  if (!request.signIn) throw signInRequired();
  return request.signIn;
}

/** @throws {AppError} `unauthorized` outside the guard */
export const requireUser = (request: FastifyRequest): Person => signInOf(request).user;
