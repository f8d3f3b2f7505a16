import { hash, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * The secrets are 256 random bits, which nobody can guess from a hash however fast it is. One iteration therefore
 * loses nothing, and a county that reconnects after a power cut does not queue behind a slow hash.
 */
const ITERATIONS = 1;
const SALT_BYTES = 12; // Mosquitto's, which refuses other lengths
const HASH_BYTES = 64;

export const generateSecret = (): string => randomBytes(32).toString("base64url");

export const hashToken = (token: string): string => hash("sha256", token);

const derive = (password: string, salt: Buffer, iterations: number): Buffer =>
  pbkdf2Sync(password, salt, iterations, HASH_BYTES, "sha512");

/** `$7$<iterations>$<salt>$<hash>`, PBKDF2-SHA512 as `mosquitto_passwd` of Mosquitto 2 writes it. */
export function hashMqttPassword(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = derive(password, salt, ITERATIONS);
  return `$7$${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

export function verifyMqttPassword(password: string, stored: string): boolean {
  const match = /^\$7\$(\d+)\$([^$]+)\$([^$]+)$/.exec(stored);
  if (!match) return false;
  const [, iterations, salt = "", hash = ""] = match;
  const expected = Buffer.from(hash, "base64");
  const actual = derive(password, Buffer.from(salt, "base64"), Number(iterations));
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}
