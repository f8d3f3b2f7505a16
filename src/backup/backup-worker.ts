import { parentPort, workerData } from "node:worker_threads";
import { explainDatabase } from "../db/open.ts";
import { AppError, messageOf } from "../errors.ts";
import type { Manifest } from "./backup.ts";
import { type BackupOrder, makeBackup } from "./make-backup.ts";

export type BackupAnswer =
  | { manifest: Manifest }
  | { code: "no_space" | "unavailable"; problem: string; hint: string | undefined };

/** A thread of its own: to copy and to read a database takes seconds, in which the server answers nobody. */
function work(): BackupAnswer {
  try {
    return { manifest: makeBackup(workerData as BackupOrder) };
  } catch (cause) {
    const error = explainDatabase(cause);
    const { code, hint } = error instanceof AppError ? error : {};
    return { code: code === "no_space" ? code : "unavailable", problem: messageOf(error), hint };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
parentPort?.postMessage(work() satisfies BackupAnswer);
