import { HOUR_MS, MINUTE_MS } from "../../clock.ts";
import type { Cutoffs } from "./references-store.ts";

export interface KeepPolicy {
  /** How long after its end a broadcast keeps what it played, and how long a superseded rendition stays. */
  keepMs: number;
  /** How long what was taken out can be put back, and how long what was put back stays without being named. */
  trashMs: number;
}

/** Uploads that are about to be attached, previews, renditions just made. */
export const GRACE_MS = 24 * HOUR_MS;
/** Nothing is moved when a broadcast begins within this. */
export const QUIET_BEFORE_AIR_MS = 10 * MINUTE_MS;

export const cutoffsAt = (now: number, { keepMs }: KeepPolicy): Cutoffs => ({
  now,
  keepSince: now - keepMs,
  graceSince: now - GRACE_MS,
});

const NIGHT_HOURS = [2, 3, 4];
const AT_LEAST_BETWEEN_MS = 20 * HOUR_MS;
const AT_MOST_BETWEEN_MS = 48 * HOUR_MS;

/** At night in the county's zone; at any hour once two nights were missed, as on a machine that is off at night. */
export function isCollectionDue(now: number, lastEndedAt: number | null, zone: string): boolean {
  const since = lastEndedAt === null ? AT_LEAST_BETWEEN_MS : now - lastEndedAt;
  if (since < AT_LEAST_BETWEEN_MS) return false;
  return since >= AT_MOST_BETWEEN_MS || NIGHT_HOURS.includes(hourIn(zone, now));
}

function hourIn(zone: string, now: number): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, hour: "numeric", hourCycle: "h23" });
  return Number(parts.formatToParts(now).find(({ type }) => type === "hour")?.value);
}
