import { parentPort, workerData } from "node:worker_threads";
import { AppError, messageOf } from "../errors.ts";
import type { Manifest } from "./backup.ts";
import { type BackupOrder, makeBackup } from "./make-backup.ts";

export type BackupAnswer = { manifest: Manifest } | { problem: string; hint: string | undefined };

/** A thread of its own: to copy and to read a database takes seconds, in which the server answers nobody. */
function work(): BackupAnswer {
  try {
    return { manifest: makeBackup(workerData as BackupOrder) };
  } catch (error) {
    return { problem: messageOf(error), hint: error instanceof AppError ? error.hint : undefined };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
parentPort?.postMessage(work() satisfies BackupAnswer);
