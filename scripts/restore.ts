/**
 * Puts a backup in the place of the database; the server must be stopped. What it replaces is kept.
 *
 *   npm run restore               lists the backups in BACKUP_DIR
 *   npm run restore -- <backup>   the name of one of them, or the path of another; `latest` is the newest
 *
 * `--without-key` goes on although the key of its secrets is lost: second factors, signing keys and the server's own secrets are
 * made anew.
 */
import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { createAuditLog } from "../src/audit/audit-log.ts";
import { RESTORED } from "../src/backup/backup.ts";
import { createBackupFolder } from "../src/backup/backup-folder.ts";
import { checkMedia } from "../src/backup/media-check.ts";
import { restoreBackup } from "../src/backup/restore.ts";
import type { LostSecrets } from "../src/backup/secrets-of-backup.ts";
import { DAY_MS, systemClock, toIso } from "../src/clock.ts";
import { loadEnvironment, readConfig } from "../src/config.ts";
import { lockFolder } from "../src/db/open.ts";
import { keepPrivate } from "../src/db/private-folder.ts";
import { AppError, messageOf } from "../src/errors.ts";

try {
  const { values, positionals } = parseArgs({
    options: { "without-key": { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const { dataDir, mediaDir, backupDir, secretsKeyFile, auditKeepMs } = readConfig(loadEnvironment());
  const folder = createBackupFolder(backupDir);
  const [wanted] = positionals;
  if (wanted === undefined) {
    for (const { name, createdAt, bytes, media } of folder.list())
      console.log(`${name}  ${toIso(createdAt)}  ${bytes} bytes, ${media.missing} media files missing`);
  } else {
    const name = wanted === "latest" ? (folder.list()[0]?.name ?? wanted) : wanted;
    const backup = existsSync(folder.pathOf(name)) ? folder.pathOf(name) : name;
    keepPrivate(dataDir, mediaDir);
    const unlock = lockFolder(dataDir, "DATA_DIR");
    const databasePath = join(dataDir, "cuncunxiang.db");
    const { proof, replaced, lost } = restoreBackup({
      backup,
      databasePath,
      keyFile: secretsKeyFile,
      withoutKey: values["without-key"],
      now: systemClock.now(),
      record: (db) => {
        const audit = createAuditLog({ db, clock: systemClock, log: console, keepMs: auditKeepMs });
        const who = { kind: "machine", id: null, name: userInfo().username } as const;
        audit.note(RESTORED, "done", basename(backup), who);
      },
    });
    const media = checkMedia(databasePath, mediaDir, "none");
    unlock();
    console.log(`Restored from ${backup}.`);
    console.log(`${proof.bytes} bytes; the audit log goes up to ${proof.audit.seq}:${proof.audit.hash}.`);
    console.log(`${media.files} media files are named, ${media.missing} of them missing in ${mediaDir}.`);
    if (replaced !== null)
      console.log(
        `What it replaces lies in ${replaced}; the server removes it after ${auditKeepMs / DAY_MS} days.`,
      );
    if (lost !== null) tellLost(lost);
    console.log(
      "Everybody signs in again. Scripts' tokens, invitations, recovery codes and enrolment codes that were not used are made anew.",
    );
    console.log("See docs/backup.md for what happened after the backup.");
  }
} catch (error) {
  console.error(
    [messageOf(error), error instanceof AppError ? error.hint : undefined].filter(Boolean).join("\n"),
  );
  process.exitCode = 1;
}

function tellLost({ secondFactorsOf, devicesToEnrol }: LostSecrets): void {
  console.log(
    "The secrets of the backup are lost without their key; the next start makes others, and a key file.",
  );
  if (devicesToEnrol > 0)
    console.log(
      `${devicesToEnrol} devices refuse what the new signing key signs: make each a new enrolment code and enrol it anew.`,
    );
  if (secondFactorsOf.length > 0)
    console.log(
      `Set up a second factor anew, under My account, before anything else: ${secondFactorsOf.join(", ")}.`,
    );
}
