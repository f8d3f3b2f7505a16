import type { BaseLogger } from "pino";
import { type Clock, delay, MINUTE_MS, repeat } from "../../clock.ts";
import { createTransact, type Database } from "../../db/open.ts";
import { createSettings } from "../../db/settings.ts";
import { createChecksStore } from "./checks-store.ts";
import { createCollector, requireQuiet } from "./collect.ts";
import { createComplaints } from "./complaints.ts";
import { createLibraryFiles } from "./library-files.ts";
import { createLibraryStatus } from "./library-status.ts";
import { createMount } from "./mount.ts";
import { type KeepPolicy, QUIET_BEFORE_AIR_MS } from "./policy.ts";
import { createReferencesStore } from "./references-store.ts";
import { createRuns } from "./runs.ts";
import { createScrub } from "./scrub.ts";
import { createTrash } from "./trash.ts";
import { createTrashStore } from "./trash-store.ts";
import { type DiskSpace, type Pending, refuseWhenFull, type Watermarks } from "./watermarks.ts";

export type Housekeeping = ReturnType<typeof createHousekeeping>;

interface Options extends KeepPolicy {
  db: Database;
  mediaDir: string;
  library: { pathOf(sha256: string): string };
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  zone: string;
  watermarks: Watermarks;
  scrubBytesPerSecond: number;
  /** Has the current renditions that a damaged file belongs to made again; false when there are none. */
  makeAnew: (sha256: string) => boolean;
  /**
   * Renditions that the profiles, as they are now, would make of a composition; without it the newest per profile is
   * taken for the current one.
   */
  currentRenditions?: (compositionId: string) => readonly { id: string }[];
  /** Replaces the look at the broadcasts: whether something is on air or begins within ten minutes. */
  onAirSoon?: () => boolean;
  /** Replaces `statfs` of the media folder. */
  diskSpace?: () => DiskSpace;
  sleep?: typeof delay;
}

const TICK_MS = MINUTE_MS;

/** Keeps the media library whole and within its bounds: watermarks, collection, trash, scrub. */
export function createHousekeeping(options: Options) {
  const { db, mediaDir, library, clock, log, zone, watermarks, keepMs, trashMs } = options;
  const policy = { keepMs, trashMs };
  const transact = createTransact(db);
  const references = createReferencesStore(db);
  const trashStore = createTrashStore(db);
  const checks = createChecksStore(db);
  const files = createLibraryFiles({ dir: mediaDir, pathOf: library.pathOf });
  const mount = createMount({ settings: createSettings(db), references, files });
  const diskSpace = options.diskSpace ?? files.diskSpace;
  const onAirSoon =
    options.onAirSoon ?? (() => references.isAiring(clock.now(), clock.now() + QUIET_BEFORE_AIR_MS));
  const common = { references, checks, files, mount, transact, clock, log, policy };
  const trash = createTrash({ ...common, store: trashStore });
  const collector = createCollector({
    ...common,
    trash,
    trashStore,
    onAirSoon,
    currentRenditions: options.currentRenditions ?? (() => []),
  });
  const scrubber = createScrub({
    ...common,
    bytesPerSecond: options.scrubBytesPerSecond,
    sleep: options.sleep ?? delay,
    onAirSoon,
    makeAnew: options.makeAnew,
  });

  const runs = createRuns({ ...common, collector, scrubber, zone, onAirSoon });
  const space = createLibraryStatus({ ...common, trashStore, diskSpace, watermarks });
  const complaints = createComplaints({
    ...common,
    lookAtSpace: space.lookAtSpace,
    failures: runs.failures,
  });
  let stopTicking = () => {};

  /** Does what time asks for. Safe to call at any interval; all that it decides by is in the database. */
  async function tick(): Promise<void> {
    try {
      complaints.say();
      if (mount.problem() === null) await runs.beginWhatIsDue();
    } catch (error) {
      complaints.sayUnreadable(error);
    }
  }

  /** @throws {AppError} `unavailable` when this is the empty folder beneath a store that is not mounted */
  function requireMount(): void {
    if (mount.isMarked()) mount.require();
  }

  return {
    requireMount,
    /**
     * Ask before an upload is received. Only uploads ask: what is planned is rendered and goes on air all the same.
     * @param pending what other uploads will take
     * @throws {AppError} `no_space` when so many bytes would pass a watermark or the quota, `unavailable` when they would be
     *   written into the empty folder beneath a store that is not mounted
     */
    mayUpload(bytes: number, pending?: Pending): void {
      requireMount();
      refuseWhenFull(diskSpace(), space.usedBytes(), watermarks, bytes, pending);
    },

    /** Whether something is on air or begins within ten minutes. */
    isNearAir: onAirSoon,

    /** Of the media disk, as an ordinary user may use it. */
    freeBytes: (): number => diskSpace().freeBytes,

    /** Why the folder is not taken for this database's store, or `null`. Cheap, and safe when the disk is gone. */
    problem: mount.problem,

    status: space.status,
    complaints: complaints.all,
    garbage: collector.garbage,
    orphans: collector.orphans,
    collect: runs.collect,
    trash: trash.entries,
    restore: trash.restore,
    async emptyTrash(): Promise<number> {
      requireQuiet(onAirSoon);
      return trash.empty();
    },
    damages: checks.damages,
    startScrub: runs.startScrub,
    scrubbed: runs.scrubbed,
    tick,

    /** Marks a new store, repairs what a crash left half-moved, and begins to do what time asks for. */
    async start(): Promise<void> {
      await mount.ensureMarker();
      if (mount.problem() === null) await trash.settle();
      stopTicking = repeat(TICK_MS, () => void tick());
      void tick();
    },
    /** Ends at the next whole step; the next start goes on from there. */
    async stop(): Promise<void> {
      stopTicking();
      await runs.stop();
    },
  };
}
