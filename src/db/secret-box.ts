import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** AES-256-GCM with a random nonce of 96 bits (NIST SP 800-38D §8.2.2): good for some 4 thousand million values of one key. */
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** Keeps what the server must be able to read again unreadable in the database, and in every copy of it. */
export interface SecretBox {
  /** @param place where it is kept, such as `second_factors/<user>`: a value that was moved elsewhere does not open */
  seal(secret: string, place: string): string;
  /** `null` for what was sealed with another key, for another place, or changed since. */
  open(sealed: string, place: string): string | null;
}

export function createSecretBox(key: Buffer): SecretBox {
  return {
    seal(secret, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([
        nonce,
        cipher.update(secret, "utf8"),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return sealed.toString("base64url");
    },

    open(sealed, place) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
      const options = { authTagLength: TAG_BYTES };
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), options)
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([plain, decipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
