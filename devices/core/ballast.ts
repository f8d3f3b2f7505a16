import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { isDiskFull } from "./store.ts";

/** Room that is taken while there is plenty, to be given to the journal when the disk is full. */
export interface Ballast {
  /** Gives the room up. @returns whether there was any */
  drop(): boolean;
  /** Takes the room again, if the disk has it. @returns whether it is held */
  take(): boolean;
}

/** Some five thousand lines of a journal. */
const BALLAST_BYTES = 1024 * 1024;

/**
 * A file of written bytes, not of a hole: without the journal a device must not play, and whoever filled the disk (a log,
 * a recording, a foreign program) must not silence a village.
 */
export function createBallast(path: string): Ballast {
  const isHeld = () => statSync(path, { throwIfNoEntry: false })?.size === BALLAST_BYTES;
  return {
    drop() {
      const held = isHeld();
      rmSync(path, { force: true });
      return held;
    },
    take() {
      if (isHeld()) return true;
      const file = openSync(path, "w", 0o600);
      try {
        const room = Buffer.alloc(BALLAST_BYTES, 1);
        for (let written = 0; written < room.length; ) written += writeSync(file, room, written);
        fsyncSync(file);
        return true;
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        rmSync(path, { force: true });
        return false;
      } finally {
        closeSync(file);
      }
    },
  };
}
