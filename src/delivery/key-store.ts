import { createTransact, type Database } from "../db/open.ts";
import type { SecretBox } from "../db/secret-box.ts";
import type { KeySet } from "../protocol/key-set.ts";
import type { SigningKey } from "../protocol/signing.ts";

interface SealedKey extends Omit<SigningKey, "privateJwk"> {
  sealedJwk: string;
}

interface KeySetRow {
  payload: string;
  jws: string;
}

const placeOf = (kid: string): string => `signing_keys/${kid}`;

/** The private halves are sealed. */
export function createKeyStore(db: Database, box: SecretBox) {
  const transact = createTransact(db);
  const insertKey = db.prepare(
    "INSERT INTO signing_keys (kid, alg, sealed_jwk, created_at) VALUES (@kid, @alg, @sealedJwk, @now)",
  );
  const selectKey = db.prepare<[string], SealedKey>(
    "SELECT kid, alg, sealed_jwk AS sealedJwk FROM signing_keys WHERE kid = ?",
  );
  const deleteOthers = db.prepare(
    "DELETE FROM signing_keys WHERE kid NOT IN (SELECT value FROM json_each(?))",
  );
  const insertSet = db.prepare("INSERT INTO key_sets (serial, payload, jws, issued_at) VALUES (?, ?, ?, ?)");
  const selectNewest = db.prepare<[], KeySetRow>(
    "SELECT payload, jws FROM key_sets ORDER BY serial DESC LIMIT 1",
  );
  const selectAfter = db
    .prepare<[number], string>("SELECT jws FROM key_sets WHERE serial > ? ORDER BY serial")
    .pluck();

  return {
    /** `null` also for one that does not open. */
    find(kid: string): SigningKey | null {
      const row = selectKey.get(kid);
      const privateJwk = row ? box.open(row.sealedJwk, placeOf(kid)) : null;
      return row && privateJwk !== null ? { kid, alg: row.alg, privateJwk } : null;
    },
    newestSet(): KeySet | null {
      const row = selectNewest.get();
      return row ? (JSON.parse(row.payload) as KeySet) : null;
    },
    chainAfter: (serial: number) => selectAfter.all(serial),
    /** In one transaction: new keys, the set, and nothing any more of private keys that may not sign again. */
    saveSet(set: KeySet, jws: string, added: readonly SigningKey[], mayStillSign: readonly string[]): void {
      transact(() => {
        for (const { kid, alg, privateJwk } of added) {
          insertKey.run({ kid, alg, sealedJwk: box.seal(privateJwk, placeOf(kid)), now: set.issuedAt });
        }
        insertSet.run(set.serial, JSON.stringify(set), jws, set.issuedAt);
        deleteOthers.run(JSON.stringify(mayStillSign));
      });
    },
  };
}
export type KeyStore = ReturnType<typeof createKeyStore>;
