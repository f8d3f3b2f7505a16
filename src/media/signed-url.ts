import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Links to media that carry their own permission: an HMAC-SHA256 over path and expiry, base64url, so that a player
 * needs no header and a shared link stops working.
 */
const pathOf = (sha256: string) => `/media/${sha256}`;

function signatureOf(secret: string | Uint8Array, sha256: string, expiresSeconds: number): Buffer {
  return createHmac("sha256", secret)
    .update(`${pathOf(sha256)}\n${expiresSeconds}`)
    .digest();
}

/** `expiresSeconds` is an instant in UTC epoch seconds. */
export function signMediaPath(secret: string | Uint8Array, sha256: string, expiresSeconds: number): string {
  return `${pathOf(sha256)}?${signMediaQuery(secret, sha256, expiresSeconds)}`;
}

/** The query that permits one file, without `?`. */
export function signMediaQuery(secret: string | Uint8Array, sha256: string, expiresSeconds: number): string {
  const signature = signatureOf(secret, sha256, expiresSeconds).toString("base64url");
  return `expires=${expiresSeconds}&signature=${signature}`;
}

export interface MediaSignature {
  sha256: string;
  expires: string | undefined;
  signature: string | undefined;
}

/** Whether the link was signed with this secret for this file and has not expired at `nowMs` (UTC epoch milliseconds). */
export function verifyMediaSignature(
  secret: string | Uint8Array,
  given: MediaSignature,
  nowMs: number,
): boolean {
  if (given.signature === undefined || !/^[0-9]{1,15}$/.test(given.expires ?? "")) return false;
  const expiresSeconds = Number(given.expires);
  const expected = signatureOf(secret, given.sha256, expiresSeconds);
  const actual = Buffer.from(given.signature, "base64url");
  // Compared before the expiry is looked at, so that the time taken says nothing about either.
  const genuine = actual.length === expected.length && timingSafeEqual(actual, expected);
  return genuine && nowMs < expiresSeconds * 1000;
}
