/**
 * Seals the secrets in the database under a new key, which takes the place of the one in the key file; the server must be
 * stopped. The key before is kept beside it, since the backups from before open with that one alone.
 *
 *   npm run secrets:rotate
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { createAuditLog } from "../src/audit/audit-log.ts";
import { refuseHalfRestored } from "../src/backup/restore.ts";
import { systemClock } from "../src/clock.ts";
import { loadEnvironment, readConfig } from "../src/config.ts";
import { lockFolder, openDatabase } from "../src/db/open.ts";
import { rotateKey } from "../src/db/secrets-key.ts";
import { AppError, messageOf } from "../src/errors.ts";

try {
  const { dataDir, secretsKeyFile, auditKeepMs } = readConfig(loadEnvironment());
  const databasePath = join(dataDir, "cuncunxiang.db");
  if (!existsSync(databasePath)) {
    throw new AppError("not_found", `There is no database at "${databasePath}".`, {
      hint: "Start the server once, or set DATA_DIR to the folder it uses.",
    });
  }
  const unlock = lockFolder(dataDir, "DATA_DIR");
  refuseHalfRestored(databasePath);
  const db = openDatabase(databasePath, systemClock.now());
  const audit = createAuditLog({ db, clock: systemClock, log: console, keepMs: auditKeepMs });
  const who = { kind: "machine", id: null, name: userInfo().username } as const;
  let count = 0;
  rotateKey(db, secretsKeyFile, (secrets) => {
    count = secrets;
    audit.note("the key of the secrets is changed", "done", `${secrets} secrets`, who);
  });
  db.close();
  unlock();
  console.log(
    `${count} secrets are sealed under a new key in ${secretsKeyFile}. Copy it to where its copy is kept.`,
  );
  console.log(
    `The key before is ${secretsKeyFile}.replaced-…; backups from before open with that one alone.`,
  );
  console.log("What somebody has read with it they know: see docs/backup.md.");
} catch (error) {
  console.error(
    [messageOf(error), error instanceof AppError ? error.hint : undefined].filter(Boolean).join("\n"),
  );
  process.exitCode = 1;
}
