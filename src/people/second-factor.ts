import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";

const PERIOD_S = 30;
/** Telephones are some seconds off: the codes before and after count, too (RFC 6238 §5.2). */
const WINDOW = 1;
const SECRET_BYTES = 20;
const ISSUER = "村村响";

export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

const totpOf = (secret: string, label = "") =>
  new TOTP({ issuer: ISSUER, label, algorithm: "SHA1", digits: 6, period: PERIOD_S, secret });

/** What an authenticator app reads from a QR code. */
export const totpUri = (secret: string, name: string): string => totpOf(secret, name).toString();

/** The time step that a code belongs to, or `null` when it is not a code of about now. @param now epoch ms */
export function totpStepOf(secret: string, code: string, now: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / 1000 / PERIOD_S) + delta;
}

const RECOVERY_CODES = 10;
/** 32 symbols: 5 bits each, 80 bits a code. No `i`, `l`, `o` or `1` to be mistaken. */
const ALPHABET = "023456789abcdefghjkmnpqrstuvwxyz";

/** For who has lost the telephone; each counts once. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: RECOVERY_CODES }, () => {
    const symbols = Array.from(randomBytes(16), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
    return symbols.replace(/(.{4})(?!$)/g, "$1-");
  });

/** However it is typed: spaces, dashes and case do not matter. */
export const plainCode = (code: string): string => code.replace(/[\s-]/g, "").toLowerCase();
