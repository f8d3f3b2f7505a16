import { AppError } from "../../errors.ts";

/** The file system that holds the media folder, as `statfs(2)` gives it to an ordinary user. */
export interface DiskSpace {
  freeBytes: number;
  totalBytes: number;
}

export interface Watermarks {
  /** What the library may hold; 0 sets no limit. */
  quotaBytes: number;
  /** Free space, as a part of the file system or of the quota, below which a warning is given. */
  warnPercent: number;
  /** Free part of the file system below which new uploads are refused. */
  refusePercent: number;
  /** The same in bytes; whichever is more counts. */
  reserveBytes: number;
}

/** Uploads that are under way. */
export interface Pending {
  /** Lie on the disk already, and not in the library yet. */
  arrivedBytes: number;
  comingBytes: number;
}

const NOTHING: Pending = { arrivedBytes: 0, comingBytes: 0 };

export const SPACE_STATES = ["ok", "warn", "full"] as const;
export type SpaceState = (typeof SPACE_STATES)[number];

export interface SpaceVerdict {
  state: SpaceState;
  /** What is short; `null` when nothing is. */
  short: "disk" | "quota" | null;
  /** The same with its numbers, for the log and the console. */
  message: string | null;
}

/**
 * How much room there is once `comingBytes` more have arrived. Whichever of disk and quota is worse counts. Only
 * uploads ask: what is transcoded, planned or on air is never refused for want of space here.
 */
export function judgeSpace(
  disk: DiskSpace,
  usedBytes: number,
  { quotaBytes, warnPercent, refusePercent, reserveBytes }: Watermarks,
  comingBytes = 0,
): SpaceVerdict {
  const freeBytes = Math.max(0, disk.freeBytes - comingBytes);
  const lowDisk = (percent: number) => freeBytes < (disk.totalBytes * percent) / 100;
  const leftBytes = quotaBytes - usedBytes - comingBytes;
  const room = `${gigabytes(disk.freeBytes)} of ${gigabytes(disk.totalBytes)} are free`;
  const quota = `the library holds ${gigabytes(usedBytes)} of its quota of ${gigabytes(quotaBytes)}`;

  if (freeBytes < reserveBytes)
    return {
      state: "full",
      short: "disk",
      message: `${room}, and ${gigabytes(reserveBytes)} must stay free`,
    };
  if (lowDisk(refusePercent))
    return { state: "full", short: "disk", message: `${room}, and ${refusePercent} % must stay free` };
  // Exactly full is full when asked in general; an upload may fill the quota to the last byte.
  if (quotaBytes > 0 && (leftBytes < 0 || (leftBytes === 0 && comingBytes === 0)))
    return { state: "full", short: "quota", message: quota };
  if (lowDisk(warnPercent)) return { state: "warn", short: "disk", message: room };
  if (quotaBytes > 0 && leftBytes < (quotaBytes * warnPercent) / 100)
    return { state: "warn", short: "quota", message: quota };
  return { state: "ok", short: null, message: null };
}

/** @throws {AppError} `no_space` when the upload would go below a watermark or above the quota */
export function refuseWhenFull(
  disk: DiskSpace,
  usedBytes: number,
  watermarks: Watermarks,
  bytes: number,
  { arrivedBytes, comingBytes }: Pending = NOTHING,
): void {
  const { state, message } = judgeSpace(disk, usedBytes + arrivedBytes, watermarks, bytes + comingBytes);
  if (state !== "full") return;
  const beside = comingBytes === 0 ? "" : ` beside ${gigabytes(comingBytes)} on the way`;
  throw new AppError(
    "no_space",
    `There is no room for an upload of ${gigabytes(bytes)}${beside}: ${message}.`,
    {
      hint:
        "Collect what nothing needs any more (POST /api/v1/media-library/collect), or ask the administrator for more space. " +
        "What is planned goes on air all the same.",
    },
  );
}

/** Binary gigabytes, as the settings count them; megabytes below one. */
function gigabytes(bytes: number): string {
  const inGb = bytes / 1024 ** 3;
  return inGb >= 1 || bytes === 0 ? `${round(inGb)} GB` : `${round(bytes / 1024 ** 2)} MB`;
}

const round = (value: number) => Math.round(value * 10) / 10;
