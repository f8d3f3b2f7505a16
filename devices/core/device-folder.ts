import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createBallast } from "./ballast.ts";
import type { DeviceOptions } from "./device.ts";
import { readIfPresent, writeDurably, writeIfRoom } from "./durable-file.ts";
import { openJournalFile } from "./journal-file.ts";
import { createMediaFolder } from "./media-folder.ts";
import type { Store } from "./store.ts";
import { noteWantedSoftware } from "./wanted-software.ts";

/** A folder of this machine for what a device keeps. */
export function openStore(stateDir: string): Store {
  mkdirSync(stateDir, { recursive: true });
  const path = (name: string) => join(stateDir, name);
  return {
    read: (name) => readIfPresent(path(name)),
    write: (name, text) => writeDurably(path(name), text),
    writeIfRoom: (name, text) => writeIfRoom(path(name), text),
    readJournal: () => (readIfPresent(path("journal.jsonl")) ?? "").split("\n"),
    openJournal: (lines) =>
      openJournalFile(path("journal.jsonl"), lines, createBallast(path("journal.ballast"))),
  };
}

type Kept = Pick<DeviceOptions, "store" | "createCache" | "onDesired">;

/** The same, its media, and a note of the software that it is to run. */
export const deviceFolder = (stateDir: string): Kept => ({
  store: openStore(stateDir),
  createCache: (parts) => createMediaFolder({ stateDir, ...parts }),
  onDesired: (desired) => noteWantedSoftware(stateDir, desired),
});
