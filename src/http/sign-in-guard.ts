import type { FastifyRequest } from "fastify";
import { bearerToken } from "../devices/device-auth.ts";
import { AppError } from "../errors.ts";
import type { Person, SignIn } from "../people/sign-in.ts";

export const SIGN_IN_COOKIE = "ccx_sign_in";

declare module "fastify" {
  interface FastifyRequest {
    signIn: SignIn | null;
  }
}

const signInRequired = () =>
  new AppError("unauthorized", "Please sign in.", { hint: "POST /api/v1/sign-in with name and password." });

interface Dependencies {
  /** By the cookie of a browser. */
  signIns: { byToken(token: string): SignIn | null };
  /** By the bearer token of a script (RFC 6750). */
  apiTokens: { signInOf(token: string): SignIn | null };
}

/** An `onRequest` hook that lets only signed-in people and their scripts through. */
export function signInGuard({ signIns, apiTokens }: Dependencies) {
  return async (request: FastifyRequest): Promise<void> => {
    const bearer = bearerToken(request);
    if (bearer !== null) {
      request.signIn = apiTokens.signInOf(bearer);
      if (request.signIn) return;
      throw new AppError("unauthorized", "This token is not valid, or not any more.", {
        hint: "Make a new one in the console under My account.",
      });
    }
    const cookie = request.cookies[SIGN_IN_COOKIE];
    request.signIn = cookie ? signIns.byToken(cookie) : null;
    if (!request.signIn) throw signInRequired();
  };
}

/** @throws {AppError} `unauthorized` outside the guard */
export function signInOf(request: FastifyRequest): SignIn {
  if (!request.signIn) throw signInRequired();
  return request.signIn;
}

/** @throws {AppError} `unauthorized` outside the guard */
export const requireUser = (request: FastifyRequest): Person => signInOf(request).user;
