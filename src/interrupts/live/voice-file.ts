import { closeSync, fdatasyncSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { diskFull, isDiskFull } from "../../errors.ts";

/** The recording of a voice while it is spoken: whole up to its last chunk, whatever happens to the server. */
export interface VoiceFile {
  path: string;
  /** On the disk when this returns. @throws {AppError} `no_space` */
  append(chunk: Uint8Array): void;
  close(): void;
}

/** The folder of recordings that are not in the library yet, each under its announcement's id. */
export function createVoiceFiles(folder: string) {
  const pathOf = (id: string) => join(folder, id);
  return {
    open(id: string): VoiceFile {
      mkdirSync(folder, { recursive: true });
      const file = openSync(pathOf(id), "w");
      let bytes = 0;
      return {
        path: pathOf(id),
        append(chunk) {
          try {
            // At its place, so that a chunk that failed in the middle is written over by its next attempt.
            for (let at = 0; at < chunk.length; )
              at += writeSync(file, chunk, at, chunk.length - at, bytes + at);
            fdatasyncSync(file);
            bytes += chunk.length;
          } catch (error) {
            throw isDiskFull(error) ? diskFull(error) : error;
          }
        },
        close: () => closeSync(file),
      };
    },
    pathOf,
    /** Ids of those that are there. */
    ids(): string[] {
      mkdirSync(folder, { recursive: true });
      return readdirSync(folder);
    },
    remove: (id: string): void => rmSync(pathOf(id), { force: true }),
  };
}
export type VoiceFiles = ReturnType<typeof createVoiceFiles>;
