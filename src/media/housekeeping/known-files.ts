import type { Database } from "../../db/open.ts";
import { createChecksStore } from "./checks-store.ts";
import { createReferencesStore, type KnownFile } from "./references-store.ts";

/** SQLite's word for "without a limit". */
const ALL = -1;

/** Every file of the library that rows of a database stand for, by name. */
export function* knownFiles(db: Database): Generator<KnownFile> {
  const { filesAfter } = createReferencesStore(db);
  for (let files = filesAfter(""); files.length > 0; files = filesAfter(files.at(-1)?.sha256 ?? ""))
    yield* files;
}

/** SHA-256 of the files that the scrub last found damaged and nobody has mended. */
export const damagedFiles = (db: Database): string[] => createChecksStore(db).openDamage(ALL).names;
