import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BaseLogger } from "pino";
import { type Clock, DAY_MS } from "../clock.ts";
import { isPartial } from "../db/copy.ts";

const REPLACED = /^replaced-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z$/;
const BEFORE_MIGRATION = /\.before-.*-(\d+)$/;
/** By then it is known whether the new version does. */
const SNAPSHOT_KEEP_MS = 30 * DAY_MS;

interface Dependencies {
  databasePath: string;
  /** What was done after a backup that was restored is in the log of the replaced database alone. */
  auditKeepMs: number;
  audit: { note(act: string, outcome: "done", reason: string): void };
  clock: Clock;
  log: Pick<BaseLogger, "info">;
}

/** When a database of that name has lain its time, epoch ms; `null` for any other file. */
function endOf(name: string, database: string, auditKeepMs: number): number | null {
  const [replaced, day, hours, minutes, seconds, ms] = REPLACED.exec(name) ?? [];
  if (replaced !== undefined) return Date.parse(`${day}T${hours}:${minutes}:${seconds}.${ms}Z`) + auditKeepMs;
  const at = name.startsWith(database) ? BEFORE_MIGRATION.exec(name)?.[1] : undefined;
  return at === undefined ? null : Number(at) + SNAPSHOT_KEEP_MS;
}

/**
 * Databases beside the one in use, which a restore replaced or a migration changed. They hold names of people that were erased
 * since, so they do not stay for ever.
 */
export function createLaidAside({ databasePath, auditKeepMs, audit, clock, log }: Dependencies) {
  const folder = dirname(databasePath);
  const database = basename(databasePath);
  return {
    everyHour(): void {
      for (const name of readdirSync(folder)) {
        const end = endOf(name, database, auditKeepMs);
        if (end === null || end > clock.now()) continue;
        rmSync(join(folder, name), { recursive: true });
        audit.note("a database that was laid aside is removed", "done", name);
        log.info({ name }, "a database that was laid aside is removed, as its time has passed");
      }
    },
  };
}

/** Removes copies that a restore, or a migration's snapshot, was making when it was cut off. The caller holds the server's locks. */
export function removeCutOff(databasePath: string): void {
  const [folder, database] = [dirname(databasePath), basename(databasePath)];
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const isCutOff = name.startsWith(`${database}.`) && (isPartial(name) || name === `${database}.next`);
    if (isCutOff) rmSync(join(folder, name));
  }
}
