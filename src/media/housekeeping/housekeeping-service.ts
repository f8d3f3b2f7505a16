import type { BaseLogger } from "pino";
import { type Clock, DAY_MS, delay, HOUR_MS, MINUTE_MS, repeat } from "../../clock.ts";
import { createTransact, type Database } from "../../db/open.ts";
import { createSettings } from "../../db/settings.ts";
import { messageOf } from "../../errors.ts";
import { createChecksStore, type Damage, type LibraryRun } from "./checks-store.ts";
import { type Collection, createCollector, requireQuiet } from "./collect.ts";
import { createLibraryFiles } from "./library-files.ts";
import { createMount } from "./mount.ts";
import { isCollectionDue, type KeepPolicy, QUIET_BEFORE_AIR_MS } from "./policy.ts";
import { createReferencesStore } from "./references-store.ts";
import { createScrub } from "./scrub.ts";
import { createTrash } from "./trash.ts";
import { createTrashStore } from "./trash-store.ts";
import {
  type DiskSpace,
  judgeSpace,
  type Pending,
  refuseWhenFull,
  type SpaceState,
  type SpaceVerdict,
  type Watermarks,
} from "./watermarks.ts";

/** Counted by file: what two rows share is one. */
interface Holding {
  files: number;
  bytes: number;
}

export interface LibraryStatus {
  state: SpaceState;
  /** What is short; `null` when nothing is. */
  message: string | null;
  /** Why the folder is not taken for this database's store; `null` when it is. */
  unmounted: string | null;
  originals: Holding;
  renditions: Holding;
  trash: Holding;
  quotaBytes: number;
  /** `null` when the file system could not be asked, as of a disk that is gone. */
  freeBytes: number | null;
  totalBytes: number | null;
  lastCollection: LibraryRun | null;
  lastScrub: LibraryRun | null;
}

export const COMPLAINTS = ["unmounted", "full", "warn", "scrub", "collect", "damage", "error"] as const;

/** Something that an operator should see to. */
export interface Complaint {
  kind: (typeof COMPLAINTS)[number];
  text: string;
}

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
const SCRUB_EVERY_MS = 7 * DAY_MS;
/** After a run that could not be made. */
const RETRY_MS = HOUR_MS;
/** Of the damaged files, in a complaint; the API lists all. */
const MAX_NAMED = 3;

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

  let collecting: Promise<Collection> | null = null;
  let scrubbing: Promise<void> | null = null;
  let stopScrub = new AbortController();
  let stopTicking = () => {};
  let said = "";
  const failed = { scrub: { at: 0, message: "" }, collect: { at: 0, message: "" } };

  const holdings = (original: 0 | 1): Holding => {
    const found = references.totals().find((row) => row.original === original);
    return { files: found?.files ?? 0, bytes: found?.bytes ?? 0 };
  };
  const usedBytes = () => holdings(1).bytes + holdings(0).bytes;

  /** One at a time; whoever asks during a run gets its result. */
  function collect(): Promise<Collection> {
    collecting ??= collector.run().finally(() => {
      collecting = null;
    });
    return collecting;
  }

  function startScrub(): void {
    if (scrubbing) return;
    mount.require();
    stopScrub = new AbortController();
    const { signal } = stopScrub;
    scrubbing = scrubber
      .run(signal)
      .then(
        () => {
          failed.scrub = { at: 0, message: "" };
        },
        (error: unknown) => {
          if (signal.aborted) return;
          failed.scrub = { at: clock.now(), message: `The scrub ended early: ${messageOf(error)}` };
          log.error({ err: error }, "the scrub of the media library ended early");
        },
      )
      .finally(() => {
        scrubbing = null;
      });
  }

  /**
   * Says things when they begin to hold and when they are over, not every minute between: their kinds are compared, as
   * the words may hold numbers that never rest.
   */
  function sayOnce(complaints: readonly Complaint[]): void {
    const kinds = complaints.map(({ kind }) => kind).join();
    if (kinds === said) return;
    said = kinds;
    if (kinds === "") log.info("the media library is well again");
    else log.warn(complaints.map(({ text }) => text).join(" "));
  }

  const isScrubDue = (): boolean => {
    if (clock.now() - failed.scrub.at < RETRY_MS) return false;
    const last = checks.run("scrub");
    return last === null || last.endedAt === null || clock.now() - last.beganAt >= SCRUB_EVERY_MS;
  };

  async function collectWhenDue(): Promise<void> {
    const lastEndedAt = checks.run("collect")?.endedAt ?? null;
    if (clock.now() - failed.collect.at < RETRY_MS || !isCollectionDue(clock.now(), lastEndedAt, zone))
      return;
    if (onAirSoon()) return;
    try {
      await collect();
      failed.collect = { at: 0, message: "" };
    } catch (error) {
      failed.collect = { at: clock.now(), message: `The collection ended early: ${messageOf(error)}` };
      log.error({ err: error }, "the collection of the media library ended early");
    }
  }

  /** A disk that is gone cannot be asked how full it is; whoever asks is told so instead. */
  function lookAtSpace(): SpaceVerdict & { disk: DiskSpace | null } {
    try {
      const disk = diskSpace();
      return { ...judgeSpace(disk, usedBytes(), watermarks), disk };
    } catch (error) {
      return {
        state: "full",
        short: "disk",
        message: `the disk cannot be asked: ${messageOf(error)}`,
        disk: null,
      };
    }
  }

  /** What the operator should know, by what the last look and the last runs found. */
  function complaintsNow(unmounted: string | null): Complaint[] {
    const { state, message } = lookAtSpace();
    const found: Complaint[] = [];
    if (unmounted !== null) found.push({ kind: "unmounted", text: unmounted });
    if (state !== "ok") found.push({ kind: state, text: `Media space: ${message}.` });
    if (failed.scrub.message !== "") found.push({ kind: "scrub", text: failed.scrub.message });
    if (failed.collect.message !== "") found.push({ kind: "collect", text: failed.collect.message });
    return found;
  }

  /** Of damage that mends itself nobody needs to know here: a rendition is made again from its original. */
  function openDamage(): Complaint[] {
    const files = checks
      .damages()
      .filter(({ mendedAt, action }) => mendedAt === null && action === "reported");
    if (files.length === 0) return [];
    const names = files.slice(0, MAX_NAMED).map(({ sha256 }) => sha256);
    return [
      {
        kind: "damage",
        text: `Damaged files without another copy: ${files.length}, as ${names.join(", ")}.`,
      },
    ];
  }

  /** Does what time asks for. Safe to call at any interval; all that it decides by is in the database. */
  async function tick(): Promise<void> {
    try {
      const unmounted = mount.problem();
      sayOnce(complaintsNow(unmounted));
      if (unmounted !== null) return;
      if (isScrubDue()) startScrub();
      await collectWhenDue();
    } catch (error) {
      // The folder itself cannot be read any more, or the database.
      sayOnce([{ kind: "error", text: `Media housekeeping: ${messageOf(error)}` }]);
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
     * @throws {AppError} `unavailable` when so many bytes would pass a watermark or the quota, or would be written into
     *   the empty folder beneath a store that is not mounted
     */
    mayUpload(bytes: number, pending?: Pending): void {
      requireMount();
      refuseWhenFull(diskSpace(), usedBytes(), watermarks, bytes, pending);
    },

    /** Whether something is on air or begins within ten minutes. */
    isNearAir: onAirSoon,

    /** Of the media disk, as an ordinary user may use it. */
    freeBytes: (): number => diskSpace().freeBytes,

    /** Why the folder is not taken for this database's store, or `null`. Cheap, and safe when the disk is gone. */
    problem: mount.problem,

    status(): LibraryStatus {
      const { state, message, disk } = lookAtSpace();
      const unmounted = mount.problem();
      return {
        state,
        message,
        unmounted,
        originals: holdings(1),
        renditions: holdings(0),
        trash: unmounted === null ? trashStore.holding() : { files: 0, bytes: 0 },
        quotaBytes: watermarks.quotaBytes,
        freeBytes: disk?.freeBytes ?? null,
        totalBytes: disk?.totalBytes ?? null,
        lastCollection: checks.run("collect"),
        lastScrub: checks.run("scrub"),
      };
    },

    /** What an operator should see to now, open damage included. */
    complaints(): Complaint[] {
      try {
        return [...complaintsNow(mount.problem()), ...openDamage()];
      } catch (error) {
        return [{ kind: "error", text: `Media housekeeping: ${messageOf(error)}` }];
      }
    },

    preview: collector.preview,
    orphans: collector.orphans,
    collect,
    trash: trash.entries,
    restore: trash.restore,
    async emptyTrash(): Promise<number> {
      requireQuiet(onAirSoon);
      return trash.empty();
    },
    damages: (): Damage[] => checks.damages(),
    /** Begins a pass, or goes on with the one that was interrupted; does nothing while one runs. */
    startScrub,
    /** Resolves when no scrub runs any more. */
    scrubbed: (): Promise<void> => scrubbing ?? Promise.resolve(),
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
      stopScrub.abort(new Error("the server stops"));
      await scrubbing;
      await collecting?.catch(() => {});
    },
  };
}
