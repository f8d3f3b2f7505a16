/**
 * Follows the audit log's chain from its beginning to its end and names the first entry that is not as it was written. Only
 * reads; the server may be running or not, and the file may be a backup.
 *
 *   npm run audit:verify [-- [--database file] [seq:hash]]
 *
 * `seq:hash` is an entry as `GET /api/v1/audit/head` or an earlier run gave it: whoever rewrites the whole chain, or cuts its
 * end, cannot make that hash again. Without it, the server's own database is held against the newest backup of this log.
 * Ends with 1 when the chain is broken.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkAuditLog } from "../src/audit/audit-check.ts";
import type { Link } from "../src/audit/audit-entry.ts";
import { EVERYTHING } from "../src/audit/audit-log.ts";
import { createAuditStore } from "../src/audit/audit-store.ts";
import { type Manifest, RESTORED } from "../src/backup/backup.ts";
import { createBackupFolder } from "../src/backup/backup-folder.ts";
import { loadEnvironment, readConfig } from "../src/config.ts";
import { type Database, openDatabaseReadOnly } from "../src/db/open.ts";
import { invalid, messageOf } from "../src/errors.ts";

function linkFrom(text: string): Link {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw invalid("seq:hash", `"${text}" is not the number and the hash of an entry, as 42:3f…`);
  return { seq: Number(seq), hash };
}

/** Not one of what a restore has replaced: the log goes on from the backup that was restored. */
function newestBackupOf(db: Database, backupDir: string): Manifest | undefined {
  const filter = { ...EVERYTHING, act: RESTORED };
  const [restored] = createAuditStore(db).before(filter, Number.MAX_SAFE_INTEGER, 1);
  return createBackupFolder(backupDir)
    .list()
    .find(({ name, createdAt }) => !restored || createdAt > restored.at || name === restored.reason);
}

try {
  const { values, positionals } = parseArgs({
    options: { database: { type: "string" } },
    allowPositionals: true,
  });
  const { dataDir, backupDir } = readConfig(loadEnvironment());
  const db = openDatabaseReadOnly(values.database ?? join(dataDir, "cuncunxiang.db"));
  const written = positionals[0] === undefined ? undefined : linkFrom(positionals[0]);
  const isOwn = written === undefined && values.database === undefined;
  const backup = isOwn ? newestBackupOf(db, backupDir) : undefined;
  const verified = checkAuditLog(db, written ?? backup?.audit);
  db.close();
  if (backup) console.log(`Held against entry ${backup.audit.seq} in the manifest of ${backup.name}.`);
  else if (isOwn)
    console.log(
      `Its end is held against nothing: ${backupDir} has no backup of it. Give a seq:hash that was noted.`,
    );
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
