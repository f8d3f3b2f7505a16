import { createHash, randomBytes } from "node:crypto";

/** Crockford's base 32: no I, L, O or U, so that a code survives a telephone call and bad handwriting. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 16 symbols of 5 bits: 80 random bits. */
const LENGTH = 16;
const wellFormed = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** A fresh code as people see it: `K7QX-0M3D-9TZA-B4WE`. */
export function generateEnrolmentCode(): string {
  // 256 is a multiple of 32, so every symbol is equally likely.
  const symbols = Array.from(randomBytes(LENGTH), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
  return symbols.replace(/.{4}(?=.)/g, "$&-");
}

/** What a person typed, as it is stored; `null` when it cannot be a code. Dashes, spaces and case do not matter. */
export function normaliseEnrolmentCode(typed: string): string | null {
  const symbols = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return wellFormed.test(symbols) ? symbols : null;
}

/** Under what a code is stored: it is random enough for a plain hash. `null` for what cannot be a code. */
export function enrolmentCodeHash(typed: string): string | null {
  const code = normaliseEnrolmentCode(typed);
  return code === null ? null : createHash("sha256").update(code).digest("hex");
}
