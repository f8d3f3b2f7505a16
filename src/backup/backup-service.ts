import { Worker } from "node:worker_threads";
import type { BaseLogger } from "pino";
import { type Clock, DAY_MS, HOUR_MS } from "../clock.ts";
import { AppError, messageOf } from "../errors.ts";
import { createWallClock } from "../schedules/wall-clock.ts";
import { lastDue, type Manifest, type Retention } from "./backup.ts";
import { createBackupFolder } from "./backup-folder.ts";
import type { BackupAnswer } from "./backup-worker.ts";
import type { BackupOrder } from "./make-backup.ts";

export type BackupService = ReturnType<typeof createBackupService>;

interface Dependencies
  extends Pick<BackupOrder, "databasePath" | "mediaDir" | "backupDir" | "keyFile" | "version"> {
  /** When the database was made, epoch ms: before that there was nothing to lose. */
  since: number;
  /** `HH:MM` of the county; `null` makes none by itself. */
  at: string | null;
  keep: Retention;
  warnMs: number;
  zone: string;
  /** Whether something is on air or about to. */
  isNearAir: () => boolean;
  audit: { note(act: string, outcome: "done" | "failed", reason: string | null): void };
  clock: Clock;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
}

/** Makes a backup each day, proves it, and removes those whose time has passed. */
export function createBackupService(deps: Dependencies) {
  const { backupDir, since, at, keep, warnMs, isNearAir, audit, clock, log, zone, ...source } = deps;
  const folder = createBackupFolder(backupDir);
  const wallClock = createWallClock(zone);
  let running: Promise<Manifest> | null = null;
  let worker: Worker | null = null;
  let failed: { at: number; message: string } | null = null;
  let lastWarnedAt = 0;

  const newest = (): Manifest | null => folder.list()[0] ?? null;

  function inThread(order: BackupOrder): Promise<Manifest> {
    return new Promise((resolve, reject) => {
      const thread = new Worker(new URL("./backup-worker.ts", import.meta.url), { workerData: order });
      worker = thread;
      thread.once("message", (answer: BackupAnswer) => {
        if ("manifest" in answer) resolve(answer.manifest);
        else
          reject(
            new AppError(answer.code, answer.problem, answer.hint === undefined ? {} : { hint: answer.hint }),
          );
      });
      thread.once("error", reject);
      // After an answer this comes too late to matter.
      thread.once("exit", () => reject(new Error("the backup was cut off")));
    });
  }

  async function run(): Promise<Manifest> {
    try {
      folder.ensure();
      folder.sweep(clock.now() - DAY_MS);
      const manifest = await inThread({ ...source, backupDir, now: clock.now(), isHashed: false });
      failed = null;
      audit.note("a backup is made", "done", manifest.name);
      log.info({ backup: manifest.name, bytes: manifest.bytes }, "a backup is made and proved");
      if (manifest.media.missing > 0)
        log.warn(
          { missing: manifest.media.missing, examples: manifest.media.examples },
          "media files are missing",
        );
      for (const { name } of folder.removeExpired(keep, wallClock))
        log.info({ backup: name }, "a backup is removed, as its time has passed");
      return manifest;
    } catch (error) {
      noteFailure(error);
      throw error;
    }
  }

  function noteFailure(error: unknown): void {
    failed = { at: clock.now(), message: messageOf(error) };
    audit.note("a backup is made", "failed", failed.message);
    log.error({ err: error }, "the backup failed; it is tried again in an hour");
  }

  /** One at a time; whoever asks during one gets it. */
  function make(): Promise<Manifest> {
    running ??= run().finally(() => {
      running = null;
      worker = null;
    });
    return running;
  }

  function isDue(): boolean {
    if (at === null || running) return false;
    const now = clock.now();
    if (failed && now - failed.at < HOUR_MS) return false;
    const due = lastDue(now, wallClock.dayAt(now), (day) => wallClock.instantOf(day, at));
    try {
      return (newest()?.createdAt ?? since) < due;
    } catch (error) {
      noteFailure(error);
      return false;
    }
  }

  /**
   * What an operator should know; `null` when the last good backup is young enough, or none is asked for. Anybody may read
   * it: causes, which name folders, are in the log and at `GET /backups`.
   */
  function problem(): string | null {
    if (at === null) return null;
    try {
      const last = newest();
      const age = clock.now() - (last?.createdAt ?? since);
      if (age > warnMs)
        return last === null
          ? "There is no backup yet."
          : `The last good backup is ${Math.floor(age / DAY_MS)} days old.`;
      if (last !== null && last.media.missing > 0)
        return `The last backup names ${last.media.missing} media files that are missing or damaged.`;
      return null;
    } catch {
      return "The folder of the backups cannot be read.";
    }
  }

  return {
    list: folder.list,
    problem,
    lastFailure: () => failed,

    /** @throws {AppError} `conflict` near air, `no_space`, `unavailable` when it failed otherwise */
    async make(): Promise<Manifest> {
      if (isNearAir())
        throw new AppError("conflict", "A broadcast is on air or begins within ten minutes.", {
          hint: "Ask again when it is over.",
        });
      return make();
    },

    /** Does what time asks for, and says once a day what is wrong. */
    everyMinute(): void {
      const wrong = problem();
      if (wrong !== null && clock.now() - lastWarnedAt >= DAY_MS) {
        lastWarnedAt = clock.now();
        log.warn({ lastFailure: failed?.message, folder: backupDir }, wrong);
      }
      if (isDue() && !isNearAir()) make().catch(() => {});
    },

    /** Resolves when none is being made any more. */
    settled: async (): Promise<void> => void (await running?.catch(() => {})),

    /** Cuts off one that is being made: it is no backup yet, and the next start makes it. */
    async stop(): Promise<void> {
      await worker?.terminate();
      await running?.catch(() => {});
    },
  };
}
