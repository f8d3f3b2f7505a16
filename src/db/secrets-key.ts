import { rmSync } from "node:fs";
import { AppError } from "../errors.ts";
import { LOST, makeKey, nextOf, putNextInPlace, readKey, replacedKeys } from "./key-file.ts";
import { createTransact, type Database, emptyLog } from "./open.ts";
import { reseal } from "./reseal.ts";
import { createSecretBox, type SecretBox } from "./secret-box.ts";
import { createSettings } from "./settings.ts";

/** A value that opens with the right key alone, and what it says then. */
const SEAL = "secrets-key";
const SEALED = "the key of this database";

const isItsKey = (key: Buffer, seal: string): boolean => createSecretBox(key).open(seal, SEAL) === SEALED;

/**
 * The box that a database's secrets are sealed with. Its key is a file of its own, made for a database without secrets: whoever
 * has a copy of the one has nothing of the other.
 * @throws {AppError} `conflict` when the key is missing or another database's
 */
export function openSecretBox(db: Database, keyFile: string): SecretBox {
  const settings = createSettings(db);
  const seal = settings.get(SEAL);
  if (seal !== null) finishRotation(keyFile, seal);
  const key = readKey(keyFile) ?? (seal === null ? makeKey(keyFile) : null);
  if (key === null) {
    throw new AppError("conflict", `The key of the database's secrets is missing: "${keyFile}".`, {
      hint: LOST,
    });
  }
  const box = createSecretBox(key);
  if (seal === null) settings.set(SEAL, box.seal(SEALED, SEAL));
  else if (!isItsKey(key, seal)) {
    throw new AppError("conflict", `The key in "${keyFile}" is not the one of this database.`, {
      hint: LOST,
    });
  }
  return box;
}

/** One that was cut off: the database has the next key already, or will never have it. */
function finishRotation(keyFile: string, seal: string): void {
  const next = readKey(nextOf(keyFile));
  if (next === null) return;
  if (isItsKey(next, seal)) putNextInPlace(keyFile);
  else rmSync(nextOf(keyFile));
}

/**
 * Seals all secrets of a database under a new key, and puts that in the place of the one before, which is kept beside it. A kill
 * at any step leaves a database and a key file that `openSecretBox` opens. The caller holds the server's lock.
 * @param record called in the transaction, with how many secrets there are
 * @throws {AppError} as `openSecretBox` does
 */
export function rotateKey(db: Database, keyFile: string, record: (secrets: number) => void): void {
  const before = openSecretBox(db, keyFile);
  const after = createSecretBox(makeKey(nextOf(keyFile)));
  createTransact(db)(() => record(reseal(db, before, after)));
  putNextInPlace(keyFile);
  // What was sealed under the key before would stand there for a while.
  emptyLog(db);
}

/**
 * Whether the secrets of a database can be read with the key there. What was sealed with one from before that lies beside it, as
 * in an older backup, is sealed anew. @throws {AppError} `conflict` when the file holds no key
 */
export function readyForKeyThere(db: Database, keyFile: string): boolean {
  const seal = createSettings(db).get(SEAL);
  if (seal === null) return true;
  const key = readKey(keyFile);
  if (key === null) return false;
  if (isItsKey(key, seal)) return true;
  const before = replacedKeys(keyFile).find((each) => isItsKey(each, seal));
  if (!before) return false;
  createTransact(db)(() => reseal(db, createSecretBox(before), createSecretBox(key)));
  return true;
}

/** Makes way for another key. */
export const forgetKey = (db: Database): void => createSettings(db).delete(SEAL);
