import { STEPS } from "../review/review.ts";
import type { AuditEntry, Change } from "./audit-entry.ts";

/** What made a broadcast sound, or end: its review by step, then what set it and what ended it. */
export const PARTS = ["submitted", ...STEPS, "scheduled", "started", "confirmed", "stopped"] as const;
export type Part = (typeof PARTS)[number];

type Shows = (table: string, after: Record<string, unknown>, isNew: boolean) => boolean;

const isSignatureOf =
  (step: string): Shows =>
  (table, after) =>
    table === "review_acts" && after["act"] === "signed" && after["step"] === step;

/** The tables and columns in which an entry shows that part. */
const SHOWN_BY: Record<Part, Shows> = {
  submitted: (table, after) => table === "review_acts" && after["act"] === "submitted",
  first: isSignatureOf("first"),
  second: isSignatureOf("second"),
  final: isSignatureOf("final"),
  // Each save is another version; neither a confirmation nor an end is.
  scheduled: (table, after) => table === "schedules" && "version" in after,
  started: (table, _after, isNew) => table === "interrupts" && isNew,
  confirmed: (table, after) =>
    ["schedules", "emergencies", "confirmations"].includes(table) &&
    typeof after["confirmed_by"] === "string",
  stopped: (table, after) => table === "broadcasts" && after["state"] === "cancelled",
};

/** Which parts a new entry of one makes of no account: they were of what was there before. */
const UNDONE_BY: Partial<Record<Part, readonly Part[]>> = { submitted: STEPS, scheduled: ["confirmed"] };

/**
 * The entry behind each part: the last that did it. What came after a broadcast had begun has no part in its beginning, nor
 * has a signature of an earlier round than the last, or a confirmation of its schedule as it was before it was saved again.
 * @param entries about the broadcast, its content, its schedule or its interrupt, in order
 * @param startAt epoch ms
 */
export function responsibleFor(
  entries: Iterable<AuditEntry>,
  startAt: number,
): Partial<Record<Part, AuditEntry>> {
  const found: Partial<Record<Part, AuditEntry>> = {};
  for (const entry of entries) {
    for (const part of PARTS) {
      if (part !== "stopped" && entry.at > startAt) continue;
      if (!entry.changes.some(shows(SHOWN_BY[part]))) continue;
      found[part] = entry;
      for (const later of UNDONE_BY[part] ?? []) delete found[later];
    }
  }
  return found;
}

const shows = (shown: Shows) => (change: Change) =>
  shown(change.in, change.after ?? {}, change.before === null);
