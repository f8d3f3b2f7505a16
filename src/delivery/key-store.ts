import type { Database } from "../db/open.ts";
import type { KeySet } from "../protocol/key-set.ts";
import type { SigningKey } from "../protocol/signing.ts";

interface KeySetRow {
  payload: string;
  jws: string;
}

export function createKeyStore(db: Database) {
  const insertKey = db.prepare(
    "INSERT INTO signing_keys (kid, alg, private_jwk, created_at) VALUES (@kid, @alg, @privateJwk, @now)",
  );
  const selectKey = db.prepare<[string], SigningKey>(
    "SELECT kid, alg, private_jwk AS privateJwk FROM signing_keys WHERE kid = ?",
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
    find: (kid: string) => selectKey.get(kid),
    newestSet(): KeySet | null {
      const row = selectNewest.get();
      return row ? (JSON.parse(row.payload) as KeySet) : null;
    },
    chainAfter: (serial: number) => selectAfter.all(serial),
    /** In one transaction: new keys, the set, and nothing any more of private keys that may not sign again. */
    saveSet(set: KeySet, jws: string, added: readonly SigningKey[], mayStillSign: readonly string[]): void {
      db.transaction(() => {
        for (const key of added) insertKey.run({ ...key, now: set.issuedAt });
        insertSet.run(set.serial, JSON.stringify(set), jws, set.issuedAt);
        deleteOthers.run(JSON.stringify(mayStillSign));
      }).immediate();
    },
  };
}
export type KeyStore = ReturnType<typeof createKeyStore>;
