import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import pLimit from "p-limit";

/** Of Argon2id (RFC 9106); with 64 MiB it is the second recommended setting but for its lanes, which would be threads. */
const PARAMETERS = { passes: 3, parallelism: 1, tagLength: 32 };
const NONCE_BYTES = 16;
/** Each takes its memory and a thread: more at once would only make all of them slower. */
const inTurn = pLimit(2);
const run = promisify(argon2);
const derive: typeof run = (...parameters) => inTurn(() => run(...parameters));

/** The same on every keyboard (NIST SP 800-63B §3.1.1.2). */
const asTyped = (password: string): string => password.normalize("NFKC");

const encode = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** Makes Argon2id hashes in PHC string format, which says by what each was made. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Whether one was made with the parameters of today. */
  isCurrent(hash: string): boolean;
  /** The hash of no password, which takes as long to check against as those made here. */
  decoy(): string;
}

/** @param memoryKib what each takes; more makes guessing dearer, and signing in slower */
export function createPasswordHasher(memoryKib: number): PasswordHasher {
  const parameters = { memory: memoryKib, ...PARAMETERS };
  const { passes, parallelism, tagLength } = parameters;
  const prefix = `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$`;
  const written = (nonce: Buffer, tag: Buffer) => `${prefix}${encode(nonce)}$${encode(tag)}`;
  return {
    async hash(password) {
      const nonce = randomBytes(NONCE_BYTES);
      return written(nonce, await derive("argon2id", { message: asTyped(password), nonce, ...parameters }));
    },
    isCurrent: (hash) => hash.startsWith(prefix),
    decoy: () => written(randomBytes(NONCE_BYTES), randomBytes(tagLength)),
  };
}

/** Checks against a PHC string, with the parameters it names, so that they can be raised later. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash);
  if (!match) return false;
  const [, memory, passes, parallelism, nonce = "", tag = ""] = match;
  const expected = Buffer.from(tag, "base64");
  const actual = await derive("argon2id", {
    message: asTyped(password),
    nonce: Buffer.from(nonce, "base64"),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  });
  return timingSafeEqual(actual, expected);
}

/** 100 random bits in letters and digits that are not mistaken for each other. */
export function generatePassword(): string {
  const alphabet = "23456789abcdefghjkmnpqrstuvwxyzA"; // 32 symbols, 5 bits each
  return Array.from(randomBytes(20), (byte) => alphabet[byte % 32]).join("");
}
