/**
 * Follows the audit log's chain from its beginning to its end and names the first entry that is not as it was written. Only
 * reads; the server may be running or not, and the file may be a backup.
 *
 *   npm run audit:verify [-- [--database file] [seq:hash]]
 *
 * `seq:hash` is an entry as `GET /api/v1/audit/head` or an earlier run gave it: whoever rewrites the whole chain cannot
 * make that hash again. Ends with 1 when the chain is broken.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkAuditLog } from "../src/audit/audit-check.ts";
import type { Link } from "../src/audit/audit-entry.ts";
import { loadEnvironment, readConfig } from "../src/config.ts";
import { openDatabaseReadOnly } from "../src/db/open.ts";
import { invalid, messageOf } from "../src/errors.ts";

function linkFrom(text: string): Link {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw invalid("seq:hash", `"${text}" is not the number and the hash of an entry, as 42:3f…`);
  return { seq: Number(seq), hash };
}

try {
  const { values, positionals } = parseArgs({
    options: { database: { type: "string" } },
    allowPositionals: true,
  });
  const path = values.database ?? join(readConfig(loadEnvironment()).dataDir, "cuncunxiang.db");
  const expected = positionals[0] === undefined ? undefined : linkFrom(positionals[0]);
  const db = openDatabaseReadOnly(path);
  const verified = checkAuditLog(db, expected);
  db.close();
  if (verified.intact) {
    const { entries, from, head } = verified;
    console.log(
      `The audit log is whole: ${entries} entries, ${from.seq + 1} to ${head.seq}.\n${head.seq}:${head.hash}`,
    );
  } else {
    console.error(`The audit log is broken at entry ${verified.seq}: ${verified.problem}.`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
