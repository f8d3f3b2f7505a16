import type { Database } from "../../db/open.ts";
import { createReferencesStore, type KnownFile } from "./references-store.ts";

/** Every file of the library that rows of a database stand for, by name. */
export function* knownFiles(db: Database): Generator<KnownFile> {
  const { filesAfter } = createReferencesStore(db);
  for (let files = filesAfter(""); files.length > 0; files = filesAfter(files.at(-1)?.sha256 ?? ""))
    yield* files;
}
