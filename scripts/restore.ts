/**
 * Puts a backup in the place of the database; the server must be stopped. What it replaces is kept.
 *
 *   npm run restore               lists the backups in BACKUP_DIR
 *   npm run restore -- <backup>   the name of one of them, or the path of another; `latest` is the newest
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { createAuditLog } from "../src/audit/audit-log.ts";
import { checkMedia } from "../src/backup/backup-check.ts";
import { createBackupFolder } from "../src/backup/backup-folder.ts";
import { restoreBackup } from "../src/backup/restore.ts";
import { systemClock, toIso } from "../src/clock.ts";
import { loadEnvironment, readConfig } from "../src/config.ts";
import { lockFolder } from "../src/db/open.ts";
import { keepPrivate } from "../src/db/private-folder.ts";
import { AppError, messageOf } from "../src/errors.ts";

try {
  const { dataDir, mediaDir, backupDir, auditKeepMs } = readConfig(loadEnvironment());
  const folder = createBackupFolder(backupDir);
  const wanted = process.argv[2];
  if (wanted === undefined) {
    for (const { name, createdAt, bytes, media } of folder.list())
      console.log(`${name}  ${toIso(createdAt)}  ${bytes} bytes, ${media.missing} media files missing`);
  } else {
    const name = wanted === "latest" ? (folder.list()[0]?.name ?? wanted) : wanted;
    const backup = existsSync(folder.pathOf(name)) ? folder.pathOf(name) : name;
    keepPrivate(dataDir, mediaDir);
    const unlock = lockFolder(dataDir, "DATA_DIR");
    const databasePath = join(dataDir, "cuncunxiang.db");
    const { proof, replaced } = restoreBackup(backup, databasePath, systemClock.now(), (db) => {
      const audit = createAuditLog({ db, clock: systemClock, log: console, keepMs: auditKeepMs });
      const who = { kind: "machine", id: null, name: userInfo().username } as const;
      audit.note("the database is restored", "done", basename(backup), who);
    });
    const media = checkMedia(databasePath, mediaDir, false);
    unlock();
    console.log(`Restored from ${backup}.`);
    console.log(`${proof.bytes} bytes; the audit log goes up to ${proof.audit.seq}:${proof.audit.hash}.`);
    console.log(`${media.files} media files are named, ${media.missing} of them missing in ${mediaDir}.`);
    if (replaced !== null) console.log(`What it replaces lies in ${replaced}; remove it when all is well.`);
    console.log("Everybody signs in again. See docs/backup.md for what happened after the backup.");
  }
} catch (error) {
  console.error(
    [messageOf(error), error instanceof AppError ? error.hint : undefined].filter(Boolean).join("\n"),
  );
  process.exitCode = 1;
}
