import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { flushToDisk, renameDurably } from "../db/durable-file.ts";
import type { PreparedCommand } from "../delivery/downlink.ts";

/** A stop of everything, with all that is needed to write it down. */
export interface UnwrittenStop extends PreparedCommand {
  person: { id: string; name: string };
  reason: string;
  /** What it stops. */
  broadcastIds: string[];
}

export type StopJournal = ReturnType<typeof createStopJournal>;

const WHOLE = ".json";

/**
 * A file for each stop that devices may have heard of and the database not yet: when the server is killed in between, the
 * next start reads what must not sound again. It does not need the database, which may be locked.
 */
export function createStopJournal(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  flushToDisk(dirname(folder));
  const fileOf = (commandId: string) => join(folder, `${commandId}${WHOLE}`);

  return {
    /** Returns when it is on the disk. */
    keep(stop: UnwrittenStop): void {
      const file = fileOf(stop.command.id);
      writeFileSync(`${file}.part`, JSON.stringify(stop), { mode: 0o600 });
      renameDurably(`${file}.part`, file);
    },
    /** Idempotent. */
    drop: (commandId: string): void => rmSync(fileOf(commandId), { force: true }),
    /** Oldest first. */
    all: (): UnwrittenStop[] =>
      readdirSync(folder)
        .filter((name) => name.endsWith(WHOLE))
        .toSorted()
        .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as UnwrittenStop),
  };
}
