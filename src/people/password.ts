import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import pLimit from "p-limit";

/** Argon2id (RFC 9106), the second recommended setting for memory-constrained machines, in PHC string format. */
const PARAMETERS = { memory: 65_536, passes: 3, parallelism: 1, tagLength: 32 };
/** Each takes 64 MB and a thread: more at once would only make all of them slower. */
const inTurn = pLimit(2);
const run = promisify(argon2);
const derive: typeof run = (...parameters) => inTurn(() => run(...parameters));

/** The same on every keyboard (NIST SP 800-63B §3.1.1.2). */
const asTyped = (password: string): string => password.normalize("NFKC");

const encode = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive("argon2id", { message: asTyped(password), nonce, ...PARAMETERS });
  const { memory, passes, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(nonce)}$${encode(tag)}`;
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
