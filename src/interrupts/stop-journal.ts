import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BaseLogger } from "pino";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { flushToDisk, renameDurably } from "../db/durable-file.ts";
import { Command, EpochMs } from "../protocol/messages.ts";

const Ids = Type.Array(Type.String());
/** A stop of everything, with all that is needed to write it down: a `StopOfAll`, and who asked for it. */
const UnwrittenStop = Type.Object({
  command: Command,
  untilAckedBy: Ids,
  broadcastIds: Ids,
  startBefore: EpochMs,
  person: Type.Object({ id: Type.String(), name: Type.String() }),
  reason: Type.String(),
});
export type UnwrittenStop = Static<typeof UnwrittenStop>;

export type StopJournal = ReturnType<typeof createStopJournal>;

const validator = Compile(UnwrittenStop);
const WHOLE = ".json";

/**
 * A file for each stop that devices may have heard of and the database not yet: when the server is killed in between, the
 * next start reads what must not sound again. It does not need the database, which may be locked.
 */
export function createStopJournal(folder: string, log: BaseLogger) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  flushToDisk(dirname(folder));
  const fileOf = (commandId: string) => join(folder, `${commandId}${WHOLE}`);

  /** What cannot be read is put aside, as neither the other stops nor the start of the server may wait for it. */
  function read(file: string): UnwrittenStop[] {
    try {
      return [validator.Parse(JSON.parse(readFileSync(file, "utf8")))];
    } catch (error) {
      const aside = `${file}.unreadable`;
      renameSync(file, aside);
      log.error(
        { err: error, file: aside },
        "a stop of everything cannot be read and is put aside: look at what is on air, and stop everything again if it is to be silent",
      );
      return [];
    }
  }

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
        .flatMap((name) => read(join(folder, name))),
  };
}
