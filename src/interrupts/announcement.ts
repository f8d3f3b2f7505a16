import type { Broadcast } from "../broadcasts/broadcast.ts";
import type { Targets } from "../broadcasts/targets.ts";
import type { NewInterrupt } from "../broadcasts/unscheduled.ts";
import { DAY_MS, MINUTE_MS } from "../clock.ts";
import { AppError, invalid } from "../errors.ts";
import type { Confirmation } from "./confirmation-store.ts";
import type { Source } from "./interrupt-content.ts";
import type { Interrupt, InterruptClass } from "./interrupt-store.ts";
import type { VoiceRow } from "./live/live-store.ts";

export interface NewAnnouncement {
  title: string;
  class: Exclude<InterruptClass, "emergency">;
  source: Source;
  targets: Targets;
  /** Epoch ms; `null` is as soon as it can be heard. */
  startAt: number | null;
  /** It begins no later than this; `null` is half an hour after its start. */
  notAfter: number | null;
  volume: number | null;
  repeats: number;
  silent: boolean;
  corrects: string | null;
}

export interface Announcement {
  interrupt: Interrupt;
  broadcast: Broadcast;
  /** Of what is spoken live, once somebody has begun. */
  voice: VoiceRow | null;
  /** The second person that it takes; `null` when it takes none. */
  confirmation: Confirmation | null;
}

const GRACE_MS = 30 * MINUTE_MS;
const MAX_GRACE_MS = DAY_MS;
const MAX_AHEAD_MS = 40 * DAY_MS;
/** Whoever is to speak live begins by then. */
export const LIVE_GRACE_MS = 2 * MINUTE_MS;
export const NOT_SPOKEN = "nobody has spoken yet";

/** @param now epoch ms @throws {AppError} `invalid` */
export function timesOf(
  { source, startAt, notAfter }: NewAnnouncement,
  now: number,
): Pick<NewInterrupt, "startAt" | "notAfter"> {
  if ("live" in source) return { startAt: now, notAfter: now + LIVE_GRACE_MS };
  if (startAt !== null && startAt < now) {
    throw invalid("/startAt", "This moment has passed.", "Leave `startAt` out to air it now.");
  }
  const start = startAt ?? now;
  const end = notAfter ?? start + GRACE_MS;
  if (start > now + MAX_AHEAD_MS) {
    throw invalid("/startAt", "An announcement is at most 40 days ahead.", "Make it a schedule instead.");
  }
  if (end <= start || end > start + MAX_GRACE_MS) {
    throw invalid("/notAfter", "It must lie after the start, by at most a day.");
  }
  return { startAt: start, notAfter: end };
}

/** What its fields say together. @throws {AppError} `invalid` */
export function requirePossible({
  source,
  startAt,
  notAfter,
  repeats,
  silent,
  class: of,
}: NewAnnouncement): void {
  if ("live" in source && (startAt !== null || notAfter !== null))
    throw invalid("/startAt", "What is spoken live is heard as it is spoken.", "Leave the times out.");
  if ("live" in source && repeats > 1) throw invalid("/repeat", "What is spoken live is heard once.");
  if (silent && of !== "drill") throw invalid("/silent", "Only a drill can be silent.");
}

/** @throws {AppError} `invalid`, with each that is not known */
export function requireRegions(
  at: string,
  codes: readonly string[],
  regions: { exists(code: string): boolean },
): void {
  const details = codes.flatMap((code, index) =>
    regions.exists(code) ? [] : [{ at: `${at}/${index}`, message: `${code} is not a known region.` }],
  );
  if (details.length === 0) return;
  throw new AppError("invalid", "It is for regions that are not known.", {
    details,
    hint: "Import them first: POST /api/v1/regions/import.",
  });
}
