import type { FastifyRequest } from "fastify";
import { type Clock, SECOND_MS } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { MediaPermit } from "../media/media-permit.ts";
import { signMediaQuery, verifyMediaSignature } from "../media/signed-url.ts";
import { requireCode, requireRole } from "./permission-guard.ts";
import type { WhoAsks } from "./sign-in-guard.ts";

interface Dependencies {
  secret: string;
  whoAsks: WhoAsks;
  clock: Clock;
}

const READING = "content:read";
const SOMEBODY: MediaPermit = { expiresAt: null, signFor: null, userId: null };

/** Lets a media request pass by its signed URL, by a device's token, or by somebody's sign-in or script who reads contents. */
export function mediaAccess({ secret, whoAsks, clock }: Dependencies) {
  return (request: FastifyRequest, sha256: string): MediaPermit => {
    const { expires, signature } = request.query as { expires?: string; signature?: string };
    if (verifyMediaSignature(secret, { sha256, expires, signature }, clock.now())) {
      const expiresSeconds = Number(expires);
      return {
        expiresAt: expiresSeconds * SECOND_MS,
        signFor: (other) => signMediaQuery(secret, other, expiresSeconds),
        userId: null,
      };
    }
    if (request.device) return SOMEBODY;
    const signIn = whoAsks(request);
    if (signIn) {
      request.signIn = signIn;
      requireCode(signIn);
      requireRole(signIn, READING);
      return signIn.scopes === null ? { ...SOMEBODY, userId: signIn.user.id } : SOMEBODY;
    }
    throw new AppError(
      "unauthorized",
      "This file needs a device's token, a sign-in, or a link that is still valid.",
    );
  };
}
