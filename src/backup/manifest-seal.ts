import { createHash } from "node:crypto";
import { readKey, replacedKeys } from "../db/key-file.ts";
import { createSecretBox } from "../db/secret-box.ts";
import { AppError } from "../errors.ts";
import type { Manifest } from "./backup.ts";

type Unsealed = Omit<Manifest, "seal">;

const placeOf = ({ name }: Unsealed): string => `backups/${name}`;
const digestOf = (manifest: Unsealed): string =>
  createHash("sha256").update(JSON.stringify(manifest)).digest("hex");

/** `null` where no key lies, one that was spoilt too: the database is copied all the same. */
function keyIn(keyFile: string): Buffer | null {
  try {
    return readKey(keyFile);
  } catch (error) {
    if (error instanceof AppError && error.code === "conflict") return null;
    throw error;
  }
}

/** With a seal that takes the key of the secrets, which whoever writes where the backups lie need not have. */
export function sealed(manifest: Unsealed, keyFile: string): Manifest {
  const key = keyIn(keyFile);
  return { ...manifest, seal: key && createSecretBox(key).seal(digestOf(manifest), placeOf(manifest)) };
}

/** Whether it is as whoever had the key in that file, or one from before that lies beside it, wrote it. */
export function isSealed({ seal, ...manifest }: Manifest, keyFile: string): boolean {
  if (typeof seal !== "string") return false;
  const digest = digestOf(manifest);
  const key = keyIn(keyFile);
  return [...(key ? [key] : []), ...replacedKeys(keyFile)].some(
    (each) => createSecretBox(each).open(seal, placeOf(manifest)) === digest,
  );
}
