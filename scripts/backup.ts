/**
 * Makes a backup of the database into BACKUP_DIR, proves it, and removes those whose time has passed; the server may be running.
 *
 *   npm run backup [-- --hash]
 *
 * `--hash` reads every media file, and not only the share whose turn it is. Ends with 1 when there is no good backup afterwards, or media files are missing.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createBackupFolder } from "../src/backup/backup-folder.ts";
import { makeBackup } from "../src/backup/make-backup.ts";
import { systemClock } from "../src/clock.ts";
import { loadEnvironment, readConfig } from "../src/config.ts";
import { AppError, messageOf } from "../src/errors.ts";
import { createWallClock } from "../src/schedules/wall-clock.ts";

try {
  const { values } = parseArgs({ options: { hash: { type: "boolean", default: false } } });
  const { dataDir, mediaDir, backupDir, backupKeep, zone, secretsKeyFile } = readConfig(loadEnvironment());
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const { name, bytes, rows, audit, media } = makeBackup({
    databasePath: join(dataDir, "cuncunxiang.db"),
    mediaDir,
    backupDir,
    keyFile: secretsKeyFile,
    now: systemClock.now(),
    version,
    isHashed: values.hash,
  });
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  console.log(
    `${join(backupDir, name)}\n${bytes} bytes, ${total} rows, audit log up to ${audit.seq}:${audit.hash}`,
  );
  console.log(
    `${media.files} media files named, ${media.hashed} of them read, ${media.missing} missing or damaged`,
  );
  console.log(`Its secrets open with the key in ${secretsKeyFile} alone: keep a copy of that apart from it.`);
  for (const sha256 of media.examples) console.error(`  ${sha256}`);
  for (const old of createBackupFolder(backupDir).removeExpired(backupKeep, createWallClock(zone)))
    console.log(`${old.name} is removed, as its time has passed`);
  if (media.missing > 0) process.exitCode = 1;
} catch (error) {
  console.error(
    [messageOf(error), error instanceof AppError ? error.hint : undefined].filter(Boolean).join("\n"),
  );
  process.exitCode = 1;
}
