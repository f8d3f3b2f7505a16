import type { AuditEntry } from "./audit-entry.ts";

/** What made a broadcast sound, or end. */
export const PARTS = ["approved", "scheduled", "started", "confirmed", "stopped"] as const;
export type Part = (typeof PARTS)[number];

/** The tables and columns in which an entry shows that part. */
const SHOWN_BY: Record<Part, (table: string, after: Record<string, unknown>, isNew: boolean) => boolean> = {
  approved: (table, after) =>
    (table === "episodes" || table === "sessions") && typeof after["approved_by"] === "string",
  scheduled: (table) => table === "schedules",
  started: (table, _after, isNew) => table === "interrupts" && isNew,
  confirmed: (table, after) => table === "emergencies" && typeof after["confirmed_by"] === "string",
  stopped: (table, after) => table === "broadcasts" && after["state"] === "cancelled",
};

/**
 * The entry behind each part: the last that did it. What came after a broadcast had begun has no part in its beginning.
 * @param entries about the broadcast, its content, its schedule or its interrupt, in order
 * @param startAt epoch ms
 */
export function responsibleFor(
  entries: readonly AuditEntry[],
  startAt: number,
): Partial<Record<Part, AuditEntry>> {
  const found: Partial<Record<Part, AuditEntry>> = {};
  for (const part of PARTS) {
    const entry = entries.findLast(
      ({ at, outcome, changes }) =>
        outcome === "done" &&
        (part === "stopped" || at <= startAt) &&
        changes.some((change) => SHOWN_BY[part](change.in, change.after ?? {}, change.before === null)),
    );
    if (entry) found[part] = entry;
  }
  return found;
}
