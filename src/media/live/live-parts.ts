import { Readable } from "node:stream";
import { type Clock, DAY_MS } from "../../clock.ts";
import { createTransact, type Database } from "../../db/open.ts";
import type { MediaLibrary, StagedFile } from "../media-library.ts";
import { createLivePartStore, type KeptPart } from "./live-part-store.ts";

export type { KeptPart } from "./live-part-store.ts";

export interface LiveParts {
  /** Writes a part to the disk, under no name yet. */
  stage(bytes: Buffer): Promise<StagedFile>;
  /**
   * Gives it its name, under which it is served from this turn of the event loop on.
   * @throws {AppError} `unavailable` while another program holds the database; the part is staged as before then
   */
  keep(staged: StagedFile, part: Pick<KeptPart, "voiceId" | "n" | "atMs" | "durationMs">): KeptPart;
  /** In order. */
  of(voiceId: string): KeptPart[];
  /** Lets go of those that nobody is to hear any more; what was said is kept as a whole. */
  everyHour(): void;
}

interface Dependencies {
  db: Database;
  library: Pick<MediaLibrary, "receive">;
  clock: Clock;
}

const KEEP_MS = DAY_MS;

/** The parts of what is spoken live, as files of the library that stay for a day. */
export function createLiveParts({ db, library, clock }: Dependencies): LiveParts {
  const store = createLivePartStore(db);
  const transact = createTransact(db);
  return {
    stage: (bytes) => library.receive(Readable.from([bytes]), { maxBytes: bytes.length }),
    keep: ({ sha256, bytes, commit }, part) =>
      transact(() => {
        const kept = { ...part, sha256, bytes };
        store.insert(kept, clock.now());
        commit();
        return kept;
      }),
    of: store.of,
    everyHour: () => store.forgetBefore(clock.now() - KEEP_MS),
  };
}
