import { toIso } from "../clock.ts";
import { BOM, csvLine } from "../http/csv.ts";
import type { AuditEntry } from "./audit-entry.ts";

/** An entry as the API shows it. */
export const viewEntry = ({ at, ...entry }: AuditEntry) => ({ ...entry, at: toIso(at) });

const COLUMNS = [
  "seq",
  "at",
  "actor",
  "actorId",
  "actorName",
  "address",
  "requestId",
  "act",
  "outcome",
  "status",
  "reason",
  "objects",
  "changes",
  "prevHash",
  "hash",
] as const;

const cellsOf = (entry: AuditEntry): string[] => [
  String(entry.seq),
  toIso(entry.at),
  entry.actor.kind,
  entry.actor.id ?? "",
  entry.actor.name ?? "",
  entry.address ?? "",
  entry.requestId ?? "",
  entry.act,
  entry.outcome,
  entry.status === null ? "" : String(entry.status),
  entry.reason ?? "",
  entry.objects.join(" "),
  JSON.stringify(entry.changes),
  entry.prevHash,
  entry.hash,
];

export function* csvOf(entries: Iterable<AuditEntry>): Generator<string> {
  yield BOM + csvLine(COLUMNS);
  for (const entry of entries) yield csvLine(cellsOf(entry));
}

/** A line each, with the instant in epoch milliseconds: the values that the hash covers. */
export function* linesOf(entries: Iterable<AuditEntry>): Generator<string> {
  for (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}
