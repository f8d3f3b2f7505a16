import type { Link } from "../audit/audit-entry.ts";

/** In the audit log: what it goes on from, by the name of the backup. */
export const RESTORED = "the database is restored";

/** Written beside each backup once it was proved; without it a file is no backup. */
export interface Manifest {
  format: 1;
  /** The file, without its folder. */
  name: string;
  /** Epoch ms. */
  createdAt: number;
  /** Of the program that made it. */
  version: string;
  bytes: number;
  sha256: string;
  /** Table by table. */
  rows: Record<string, number>;
  /** The last entry of the audit log in it. */
  audit: Link;
  media: MediaProof;
  /** That the server wrote all of this, see `manifest-seal.ts`; `null` where the key of its secrets was missing. */
  seal: string | null;
}

/** Which media files are read, and not only measured: one of so many shares, all, or none. */
export type Share = number | "all" | "none";

/** Whether the files that the database names were there. */
export interface MediaProof {
  files: number;
  bytes: number;
  /** Which of them were read; of the others the sizes were compared. */
  share: Share;
  /** How many were read. */
  hashed: number;
  missing: number;
  /** The first of those that were missing or not what they should be. */
  examples: string[];
}

/** How many of the newest days, weeks and months keep a backup each. */
export interface Retention {
  daily: number;
  weekly: number;
  monthly: number;
}

/** `cuncunxiang-2026-12-01T03-30-00-000Z.db`: in the order of time, and a file name everywhere. */
export const backupName = (createdAt: number): string =>
  `cuncunxiang-${new Date(createdAt).toISOString().replaceAll(/[:.]/g, "-")}.db`;

/**
 * Those that no day, week or month needs any more; never the newest.
 * @param dayOf the number of the local day of an instant, counted from 1970-01-01, a Thursday; `monthOf` its month
 */
export function expired<T extends { createdAt: number }>(
  backups: readonly T[],
  { daily, weekly, monthly }: Retention,
  dayOf: (epochMs: number) => number,
  monthOf: (epochMs: number) => string,
): T[] {
  const newestFirst = backups.toSorted((one, other) => other.createdAt - one.createdAt);
  const kept = new Set(newestFirst.slice(0, 1));
  const keepNewestOfEach = (count: number, periodOf: (epochMs: number) => string | number) => {
    const periods = new Set<string | number>();
    for (const backup of newestFirst) {
      const period = periodOf(backup.createdAt);
      if (periods.has(period) || periods.size >= count) continue;
      periods.add(period);
      kept.add(backup);
    }
  };
  keepNewestOfEach(daily, dayOf);
  // Weeks begin on Monday.
  keepNewestOfEach(weekly, (at) => Math.floor((dayOf(at) + 3) / 7));
  keepNewestOfEach(monthly, monthOf);
  return newestFirst.filter((backup) => !kept.has(backup));
}

/** The last instant up to now at which a backup was due. @param timeAt the instant of the time of day on a local day */
export function lastDue(now: number, today: number, timeAt: (day: number) => number): number {
  const due = timeAt(today);
  return due <= now ? due : timeAt(today - 1);
}
