import { messageOf } from "../../errors.ts";
import type { ChecksStore, LibraryRun } from "./checks-store.ts";
import type { Mount } from "./mount.ts";
import type { ReferencesStore } from "./references-store.ts";
import type { TrashStore } from "./trash-store.ts";
import {
  type DiskSpace,
  judgeSpace,
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

interface Options {
  references: ReferencesStore;
  trashStore: TrashStore;
  checks: ChecksStore;
  mount: Mount;
  diskSpace: () => DiskSpace;
  watermarks: Watermarks;
}

/** What the library holds, and how much room there is. */
export function createLibraryStatus(options: Options) {
  const { references, trashStore, checks, mount, diskSpace, watermarks } = options;

  const holdings = (original: 0 | 1): Holding => {
    const found = references.totals().find((row) => row.original === original);
    return { files: found?.files ?? 0, bytes: found?.bytes ?? 0 };
  };
  const usedBytes = (): number => holdings(1).bytes + holdings(0).bytes;

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

  return {
    usedBytes,
    lookAtSpace,
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
  };
}
