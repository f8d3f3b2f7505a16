import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isPartial, PARTIAL } from "../db/copy.ts";
import { flushToDisk, renameDurably } from "../db/durable-file.ts";
import { formatDay } from "../schedules/day.ts";
import type { WallClock } from "../schedules/wall-clock.ts";
import { expired, type Manifest, type Retention, type Share } from "./backup.ts";

const MANIFEST = ".json";
/** Beside each backup: every media file that it names. */
export const MEDIA_LIST = ".media.gz";
const BACKUP = /^cuncunxiang-[\dTZ-]+\.db$/;

/** The folder of the backups: each a database and, once it is proved, its manifest, of the server's account alone. */
export function createBackupFolder(dir: string) {
  const pathOf = (name: string) => join(dir, name);

  /** Newest first. @throws what the file system says when the folder is there and cannot be read */
  function list(): Manifest[] {
    if (!existsSync(dir)) return [];
    const names = readdirSync(dir).filter((name) => BACKUP.test(name) && existsSync(pathOf(name) + MANIFEST));
    return names
      .toSorted()
      .toReversed()
      .map((name) => JSON.parse(readFileSync(pathOf(name) + MANIFEST, "utf8")) as Manifest);
  }

  /** The manifest goes first: what is left of a removal that was cut off is no backup. */
  function remove({ name }: Manifest): void {
    rmSync(pathOf(name) + MANIFEST, { force: true });
    flushToDisk(dir);
    for (const suffix of ["", MEDIA_LIST]) rmSync(pathOf(name) + suffix, { force: true });
  }

  return {
    dir,
    pathOf,
    list,
    /** Which share of the media was read last. */
    lastShare: (): Share | undefined =>
      list()
        .map(({ media }) => media.share)
        .find((share) => typeof share === "number"),
    ensure: (): void => void mkdirSync(dir, { recursive: true, mode: 0o700 }),
    /** The last step of a backup. */
    writeManifest(manifest: Manifest): void {
      const path = pathOf(manifest.name) + MANIFEST;
      writeFileSync(path + PARTIAL, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
      renameDurably(path + PARTIAL, path);
    },
    /** Removes what no day, week or month needs any more, by the calendar of that clock; returns what it was. */
    removeExpired(keep: Retention, { dayAt }: Pick<WallClock, "dayAt">): Manifest[] {
      const old = expired(list(), keep, dayAt, (epochMs) => formatDay(dayAt(epochMs)).slice(0, 7));
      for (const each of old) remove(each);
      return old;
    },
    /** Removes what was cut off before `before`, epoch ms: half-made copies, and what has no manifest. */
    sweep(before: number): void {
      for (const name of readdirSync(dir)) {
        const isHalfMade = name.startsWith("cuncunxiang-") && isPartial(name);
        const backup = name.endsWith(MEDIA_LIST) ? name.slice(0, -MEDIA_LIST.length) : name;
        const isUnproved = BACKUP.test(backup) && !existsSync(pathOf(backup) + MANIFEST);
        if ((isHalfMade || isUnproved) && statSync(pathOf(name)).mtimeMs < before) rmSync(pathOf(name));
      }
    },
  };
}
