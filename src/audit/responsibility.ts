import { STEPS } from "../review/review.ts";
import type { AuditEntry, Change } from "./audit-entry.ts";

/** What made a broadcast sound, or end: its review by step, then what set it and what ended it. */
export const PARTS = ["submitted", ...STEPS, "scheduled", "started", "confirmed", "stopped"] as const;
export type Part = (typeof PARTS)[number];

type Shows = (table: string, after: Record<string, unknown>, isNew: boolean) => boolean;

const isSubmission: Shows = (table, after) => table === "review_acts" && after["act"] === "submitted";
const isSignatureOf =
  (step: string): Shows =>
  (table, after) =>
    table === "review_acts" && after["act"] === "signed" && after["step"] === step;

/** The tables and columns in which an entry shows that part. */
const SHOWN_BY: Record<Part, Shows> = {
  submitted: isSubmission,
  first: isSignatureOf("first"),
  second: isSignatureOf("second"),
  final: isSignatureOf("final"),
  scheduled: (table) => table === "schedules",
  started: (table, _after, isNew) => table === "interrupts" && isNew,
  confirmed: (table, after) => table === "emergencies" && typeof after["confirmed_by"] === "string",
  stopped: (table, after) => table === "broadcasts" && after["state"] === "cancelled",
};

/**
 * The entry behind each part: the last that did it. What came after a broadcast had begun has no part in its beginning, nor
 * has a signature of an earlier round than the last.
 * @param entries about the broadcast, its content, its schedule or its interrupt, in order
 * @param startAt epoch ms
 */
export function responsibleFor(
  entries: readonly AuditEntry[],
  startAt: number,
): Partial<Record<Part, AuditEntry>> {
  const found: Partial<Record<Part, AuditEntry>> = {};
  const round = entries.findLast(({ at, changes }) => at <= startAt && changes.some(shows(isSubmission)));
  for (const part of PARTS) {
    const entry = entries.findLast(
      ({ at, seq, outcome, changes }) =>
        outcome === "done" &&
        (part === "stopped" || at <= startAt) &&
        (!isStep(part) || seq >= (round?.seq ?? 0)) &&
        changes.some(shows(SHOWN_BY[part])),
    );
    if (entry) found[part] = entry;
  }
  return found;
}

const isStep = (part: Part): boolean => STEPS.some((step) => step === part);
const shows = (shown: Shows) => (change: Change) =>
  shown(change.in, change.after ?? {}, change.before === null);
