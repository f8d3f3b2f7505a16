import { copyDatabase } from "../db/copy.ts";
import { openDatabaseReadOnly } from "../db/open.ts";
import { AppError } from "../errors.ts";
import { backupName, type Manifest } from "./backup.ts";
import { checkDatabase, countRows, type DatabaseProof } from "./backup-check.ts";
import { createBackupFolder, MEDIA_LIST } from "./backup-folder.ts";
import { sealed } from "./manifest-seal.ts";
import { checkMedia, nextShare, writeMediaList } from "./media-check.ts";
import { tryRestore } from "./restore.ts";

export interface BackupOrder {
  databasePath: string;
  mediaDir: string;
  backupDir: string;
  /** Of the key of the server's secrets. */
  keyFile: string;
  /** Epoch ms. */
  now: number;
  version: string;
  /** Whether all media files are read, and not only the share whose turn it is. */
  isHashed: boolean;
}

/**
 * Copies the database as it is at one instant, reads all of the copy, restores it beside, looks for the media, and only
 * then makes a backup of it. The server may run; writers do not wait. Takes seconds, and blocks the thread it is in.
 * @throws {AppError} `conflict` when the copy is not sound, `no_space`
 */
export function makeBackup({
  databasePath,
  mediaDir,
  backupDir,
  keyFile,
  now,
  version,
  isHashed,
}: BackupOrder): Manifest {
  const folder = createBackupFolder(backupDir);
  folder.ensure();
  const name = backupName(now);
  const path = folder.pathOf(name);
  const source = openDatabaseReadOnly(databasePath);
  let proof: DatabaseProof | undefined;
  try {
    const before = source.pragma("data_version", { simple: true });
    copyDatabase(source, path, (copy) => {
      proof = checkDatabase(copy);
      const rows = countRows(source);
      // Where nobody wrote meanwhile, source and copy are the same.
      if (source.pragma("data_version", { simple: true }) === before) compareRows(rows, proof.rows);
      tryRestore(copy, proof, now);
    });
  } finally {
    source.close();
  }
  if (!proof) throw new Error("the copy was not checked");
  writeMediaList(path, path + MEDIA_LIST);
  const media = checkMedia(path, mediaDir, isHashed ? "all" : nextShare(folder.lastShare()));
  const manifest = sealed({ format: 1, name, createdAt: now, version, ...proof, media }, keyFile);
  folder.writeManifest(manifest);
  return manifest;
}

function compareRows(source: Record<string, number>, copy: Record<string, number>): void {
  for (const [table, count] of Object.entries(source)) {
    if (copy[table] === count) continue;
    throw new AppError("conflict", `The copy has ${copy[table] ?? 0} of ${count} rows of ${table}.`);
  }
}
