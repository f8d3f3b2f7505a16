import type { Database } from "./open.ts";
import type { SecretBox } from "./secret-box.ts";

/** Where sealed values are, each for the place `<table>/<id>`. */
export const SEALED_COLUMNS = [
  { table: "signing_keys", id: "kid", column: "sealed_jwk" },
  { table: "second_factors", id: "user_id", column: "sealed_secret" },
] as const;

const SEALED_SETTINGS = "key = 'secrets-key' OR key LIKE 'secret/%'";

/**
 * Seals all of a database's secrets for another key. Call it in a transaction.
 * @returns how many there are
 * @throws {Error} when one does not open
 */
export function reseal(db: Database, from: SecretBox, to: SecretBox): number {
  const settings = { table: "settings", id: "key", column: "value", only: SEALED_SETTINGS, prefix: "" };
  const columns = SEALED_COLUMNS.map((each) => ({ ...each, only: "TRUE", prefix: `${each.table}/` }));
  let count = 0;
  for (const { table, id, column, only, prefix } of [settings, ...columns]) {
    const rows = db
      .prepare<[], { id: string; sealed: string }>(
        `SELECT ${id} AS id, ${column} AS sealed FROM ${table} WHERE ${only}`,
      )
      .all();
    const update = db.prepare(`UPDATE ${table} SET ${column} = @sealed WHERE ${id} = @id`);
    for (const { id: key, sealed } of rows) {
      const place = prefix + key;
      const secret = from.open(sealed, place);
      if (secret === null) throw new Error(`${place} does not open`);
      update.run({ id: key, sealed: to.seal(secret, place) });
    }
    count += rows.length;
  }
  return count;
}
