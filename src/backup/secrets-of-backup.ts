import { layKeyAside } from "../db/key-file.ts";
import type { Database } from "../db/open.ts";
import { forgetKey, readyForKeyThere } from "../db/secrets-key.ts";
import { AppError } from "../errors.ts";

/** What nobody can read again without the key. */
export interface LostSecrets {
  /** Who sets up a second factor anew, by name. */
  secondFactorsOf: string[];
  /** How many devices trust signing keys that are gone. */
  devicesToEnrol: number;
}

/**
 * Sees to it that the key there opens what a backup holds. Without the right one, and where that is accepted, what was sealed
 * goes, so that the next start makes it anew.
 * @throws {AppError} `conflict` naming what would be lost
 */
export function readyForKey(db: Database, keyFile: string, withoutKey: boolean): LostSecrets | null {
  if (isThere(db, keyFile, withoutKey)) return null;
  const lost = lostSecrets(db);
  if (!withoutKey) throw keyMissing(keyFile, lost);
  // A device trusts no set of keys that none of its own signed: the chain ends here.
  db.exec(`
    DELETE FROM second_factors;
    DELETE FROM signing_keys;
    DELETE FROM key_sets;
    DELETE FROM settings WHERE key LIKE 'secret/%';
  `);
  forgetKey(db);
  return lost;
}

function isThere(db: Database, keyFile: string, withoutKey: boolean): boolean {
  try {
    return readyForKeyThere(db, keyFile);
  } catch (error) {
    if (!withoutKey || !(error instanceof AppError) || error.code !== "conflict") throw error;
    layKeyAside(keyFile);
    return false;
  }
}

function lostSecrets(db: Database): LostSecrets {
  const secondFactorsOf = db
    .prepare<[], string>(
      "SELECT u.name FROM users u JOIN second_factors f ON f.user_id = u.id WHERE f.confirmed_at IS NOT NULL ORDER BY u.name",
    )
    .pluck()
    .all();
  const devicesToEnrol =
    db.prepare<[], number>("SELECT COUNT(*) FROM devices WHERE state = 'enrolled'").pluck().get() ?? 0;
  return { secondFactorsOf, devicesToEnrol };
}

const keyMissing = (keyFile: string, { secondFactorsOf, devicesToEnrol }: LostSecrets) =>
  new AppError("conflict", `The key of this backup's secrets is not in "${keyFile}".`, {
    hint:
      "Nothing was changed. Put the copy of the key file there that is kept apart from the backups, or name it in " +
      `SECRETS_KEY_FILE. Only when it is lost: --without-key restores all but the secrets. Then ${devicesToEnrol} devices ` +
      `have to be enrolled anew, since they trust no other signing key, and second factors set up anew by ` +
      `${secondFactorsOf.length === 0 ? "nobody" : secondFactorsOf.join(", ")}.`,
  });
