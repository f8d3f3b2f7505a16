import { createHash, randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError, messageOf } from "../errors.ts";
import { PARTIAL } from "./copy.ts";
import { renameDurably } from "./durable-file.ts";
import { KEY_BYTES } from "./secret-box.ts";

const REPLACED = ".replaced-";

export const LOST =
  "Put the file back, or name it in SECRETS_KEY_FILE. If it is lost: npm run backup, then npm run restore -- latest " +
  "--without-key (docs/backup.md says what that costs).";

/** What the key is called that takes the place of the one in use. */
export const nextOf = (keyFile: string): string => `${keyFile}.next`;

/** @returns `null` where there is no file. @throws {AppError} `conflict` when it holds no key */
export function readKey(file: string): Buffer | null {
  if (!existsSync(file)) return null;
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new AppError(
      "unavailable",
      `The key of the database's secrets cannot be read: ${messageOf(cause)}.`,
      {
        cause,
        hint: `Give "${file}" to the server's user, mode 0600.`,
      },
    );
  }
  const key = Buffer.from(text, "base64url");
  if (key.length === KEY_BYTES && key.toString("base64url") === text) return key;
  throw new AppError("conflict", `"${file}" does not hold a key of the database's secrets.`, { hint: LOST });
}

/** On the disk before anything is sealed with it. */
export function makeKey(file: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  const partial = file + PARTIAL;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  rmSync(partial, { force: true });
  writeFileSync(partial, `${key.toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  renameDurably(partial, file);
  return key;
}

/** Puts a file that holds no key beside the place of the next one. */
export const layKeyAside = (keyFile: string): void => renameDurably(keyFile, `${keyFile}.no-key`);

/** Puts the next key in the place of the one in use, which is kept for the backups from before. Idempotent until it is done. */
export function putNextInPlace(keyFile: string): void {
  if (existsSync(keyFile)) {
    const digest = createHash("sha256").update(readFileSync(keyFile)).digest("hex");
    const kept = keyFile + REPLACED + digest.slice(0, 12);
    if (!existsSync(kept)) linkSync(keyFile, kept);
  }
  renameDurably(nextOf(keyFile), keyFile);
}

/** The keys that were in use before, as far as they still lie beside it. */
export function replacedKeys(keyFile: string): Buffer[] {
  const folder = dirname(keyFile);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(basename(keyFile) + REPLACED))
    .flatMap((name) => readKey(join(folder, name)) ?? []);
}
