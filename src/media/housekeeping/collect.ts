import type { BaseLogger } from "pino";
import type { Clock } from "../../clock.ts";
import type { Transact } from "../../db/open.ts";
import { AppError } from "../../errors.ts";
import type { ChecksStore } from "./checks-store.ts";
import type { LibraryFiles, StoredFile } from "./library-files.ts";
import type { Mount } from "./mount.ts";
import { cutoffsAt, GRACE_MS, type KeepPolicy } from "./policy.ts";
import type { Garbage, ReferencesStore } from "./references-store.ts";
import type { Trash } from "./trash.ts";
import type { TrashFile, TrashStore } from "./trash-store.ts";

interface Options {
  references: ReferencesStore;
  trash: Trash;
  trashStore: TrashStore;
  checks: ChecksStore;
  files: LibraryFiles;
  mount: Mount;
  transact: Transact;
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn">;
  policy: KeepPolicy;
  /** Whether something is on air or soon will be. */
  onAirSoon: () => boolean;
  /** Renditions that the profiles, as they are now, would make of a composition, however old they are. */
  currentRenditions: (compositionId: string) => readonly { id: string }[];
}

export interface Orphan extends StoredFile {
  /** Whether the next collection takes it. */
  isDue: boolean;
}

export interface Collection {
  /** Rows with their dependants, and orphans, that were taken out. */
  things: number;
  files: number;
  /** What went into the trash; it becomes free when that expires. */
  trashedBytes: number;
  /** What expired in the trash and is free now. */
  freedBytes: number;
  /** 1 when a broadcast came near, and the rest waits for the next run. */
  interrupted: 0 | 1;
}

/** Takes out of the library what nothing needs. Each thing is its own transaction: a kill leaves whole things only. */
export function createCollector(options: Options) {
  const {
    references,
    trash,
    trashStore,
    checks,
    files,
    mount,
    transact,
    clock,
    log,
    policy,
    onAirSoon,
    currentRenditions,
  } = options;
  const cutoffs = () => cutoffsAt(clock.now(), policy);

  /** A profile that was changed and changed back makes the older rendition the current one. */
  const isCurrent = ({ kind, id }: Garbage): boolean => {
    const compositionId = kind === "rendition" ? references.compositionOf(id) : null;
    return (
      compositionId !== null && currentRenditions(compositionId).some((rendition) => rendition.id === id)
    );
  };
  const garbage = () => references.garbage(cutoffs()).filter((thing) => !isCurrent(thing));

  /** Rows into the trash, if at this moment still nothing keeps them. @returns their files, or `null` when kept */
  const takeRows = (thing: Garbage): TrashFile[] | null =>
    transact(() => {
      const { kind, id: subject, label, reason } = thing;
      if (isCurrent(thing) || references.whyKept(kind, subject, cutoffs()).length > 0) return null;
      return trashStore.takeOut({ kind, subject, label, reason, ...trash.entryTimes() }, files.sizeOf);
    });

  function takeThing(thing: Garbage): TrashFile[] | null {
    try {
      return takeRows(thing);
    } catch (error) {
      if (!isForeignKey(error)) throw error;
      // A table that the references do not know points at it: the database keeps it, and says so.
      log.warn(
        { err: error, kind: thing.kind, id: thing.id },
        "the collection was about to take a row in use",
      );
      return null;
    }
  }

  const takeOrphan = ({ sha256, bytes }: StoredFile): TrashFile[] | null =>
    transact(() => {
      if (references.isNamed(sha256, cutoffs())) return null;
      const entry = { kind: "file", subject: sha256, label: sha256, reason: "no row names it" } as const;
      trashStore.addFile({ ...entry, ...trash.entryTimes() }, { sha256, bytes });
      return [{ sha256, bytes }];
    });

  async function* orphans(after?: string): AsyncGenerator<Orphan> {
    mount.require();
    for await (const file of files.walk(after)) {
      if (references.isNamed(file.sha256, cutoffs())) continue;
      yield { ...file, isDue: file.modifiedAt <= clock.now() - GRACE_MS };
    }
  }

  /** Follows the rows, in the same turn of the event loop. */
  function moveFiles(taken: TrashFile[], result: Collection): void {
    result.things += 1;
    for (const { sha256 } of taken) {
      const bytes = files.sizeOf(sha256);
      trash.settleFile(sha256);
      if (bytes === null || files.sizeOf(sha256) !== null) continue;
      result.files += 1;
      result.trashedBytes += bytes;
    }
  }

  async function takeAll(result: Collection): Promise<void> {
    const take = (taken: TrashFile[] | null) => taken && moveFiles(taken, result);
    const mayGoOn = () => {
      mount.require();
      if (onAirSoon()) result.interrupted = 1;
      return result.interrupted === 0;
    };
    for (const thing of garbage()) {
      if (!mayGoOn()) return;
      take(takeThing(thing));
      await files.pause();
    }
    for await (const orphan of orphans()) {
      if (!orphan.isDue) continue;
      if (!mayGoOn()) return;
      take(takeOrphan(orphan));
    }
  }

  return {
    /** The rows that a run would take, in its order, and why; it takes the orphans that are due as well. */
    garbage(): Garbage[] {
      mount.require();
      return garbage();
    },
    /** Files that no row names, in the order of their names: `limit` of them after one. */
    async orphans(after = "", limit = Number.POSITIVE_INFINITY): Promise<Orphan[]> {
      const found: Orphan[] = [];
      for await (const orphan of orphans(after)) if (found.push(orphan) >= limit) break;
      return found;
    },
    /**
     * @throws {AppError} `unavailable` when the store looks unmounted or a broadcast is on air or near
     */
    async run(): Promise<Collection> {
      const beganAt = clock.now();
      mount.require();
      requireQuiet(onAirSoon);
      await trash.settle();
      await mount.requireFiles();
      const result: Collection = { things: 0, files: 0, trashedBytes: 0, freedBytes: 0, interrupted: 0 };
      await takeAll(result);
      if (result.interrupted === 0) result.freedBytes = await trash.expire();
      checks.saveRun("collect", { beganAt, endedAt: clock.now(), cursor: "", result: { ...result } });
      log.info({ ...result }, "media library collected");
      return result;
    },
  };
}

/** @throws {AppError} `conflict` when a broadcast is on air or near */
export function requireQuiet(onAirSoon: () => boolean): void {
  if (!onAirSoon()) return;
  throw new AppError("conflict", "A broadcast is on air or about to begin; nothing is moved now.", {
    hint: "Do it after the broadcast.",
  });
}

const isForeignKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "SQLITE_CONSTRAINT_FOREIGNKEY";
