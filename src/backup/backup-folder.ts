import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PARTIAL } from "../db/copy.ts";
import { flushToDisk, renameDurably } from "../db/durable-file.ts";
import type { Manifest } from "./backup.ts";

const MANIFEST = ".json";
const BACKUP = /^cuncunxiang-[\dTZ-]+\.db$/;

/** The folder of the backups: each a database and, once it is proved, its manifest, of the server's account alone. */
export function createBackupFolder(dir: string) {
  const pathOf = (name: string) => join(dir, name);

  return {
    dir,
    pathOf,
    ensure: (): void => void mkdirSync(dir, { recursive: true, mode: 0o700 }),
    /** The last step of a backup. */
    writeManifest(manifest: Manifest): void {
      const path = pathOf(manifest.name) + MANIFEST;
      writeFileSync(path + PARTIAL, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
      renameDurably(path + PARTIAL, path);
    },
    /** Newest first. @throws what the file system says when the folder is there and cannot be read */
    list(): Manifest[] {
      if (!existsSync(dir)) return [];
      const names = readdirSync(dir).filter(
        (name) => BACKUP.test(name) && existsSync(pathOf(name) + MANIFEST),
      );
      return names
        .toSorted()
        .toReversed()
        .map((name) => JSON.parse(readFileSync(pathOf(name) + MANIFEST, "utf8")) as Manifest);
    },
    /** The manifest goes first: what is left of a removal that was cut off is no backup. */
    remove({ name }: Manifest): void {
      rmSync(pathOf(name) + MANIFEST, { force: true });
      flushToDisk(dir);
      rmSync(pathOf(name), { force: true });
    },
    /** Removes what was cut off before `before`, epoch ms: half-made copies, and databases without a manifest. */
    sweep(before: number): void {
      for (const name of readdirSync(dir)) {
        const isHalfMade = name.startsWith("cuncunxiang-") && name.endsWith(PARTIAL);
        const isUnproved = BACKUP.test(name) && !existsSync(pathOf(name) + MANIFEST);
        if ((isHalfMade || isUnproved) && statSync(pathOf(name)).mtimeMs < before) rmSync(pathOf(name));
      }
    },
  };
}
