import type { FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";

export const SIGN_IN_COOKIE = "ccx_sign_in";

/** The person as the HTTP layer needs it; `people` provides it. */
export interface SignedInUser {
  id: string;
  name: string;
  role: "administrator";
}

declare module "fastify" {
  interface FastifyRequest {
    signIn: { user: SignedInUser; token: string } | null;
  }
}

const signInRequired = () =>
  new AppError("unauthorized", "Please sign in.", { hint: "POST /api/v1/sign-in with name and password." });

/** An `onRequest` hook that lets only signed-in people through. */
export function signInGuard(userOf: (token: string) => SignedInUser | null) {
  return async (request: FastifyRequest): Promise<void> => {
    const token = request.cookies[SIGN_IN_COOKIE];
    const user = token ? userOf(token) : null;
    if (!token || !user) throw signInRequired();
    request.signIn = { user, token };
  };
}

/** @throws {AppError} `unauthorized` outside the guard */
export function requireUser(request: FastifyRequest): SignedInUser {
  if (!request.signIn) throw signInRequired();
  return request.signIn.user;
}

export function tokenOf(request: FastifyRequest): string {
  if (!request.signIn) throw signInRequired();
  return request.signIn.token;
}
