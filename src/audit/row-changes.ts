import { isDeepStrictEqual } from "node:util";
import type { Database } from "../db/open.ts";
import type { Change } from "./audit-entry.ts";
import { AUDITED_TABLES, type AuditedTable, UNSHOWN_TABLES } from "./audited-tables.ts";

/** Longer texts, and values of more JSON, are cut: an entry is a note and no copy. */
const MAX_TEXT = 500;

interface Listener {
  /** Whether somebody's act is under way. */
  isListening(): boolean;
  onChange(change: Change): void;
  /** A row was written that no entry shows. */
  onUnshown(): void;
}

/**
 * Tells `listener` of every row of the audited tables that this connection changes, whoever writes the SQL: by triggers
 * that belong to the connection and are part of no file.
 */
export function watchRows(db: Database, { isListening, onChange, onUnshown }: Listener): void {
  db.function("audit_is_listening", () => (isListening() ? 1 : 0));
  db.function(
    "audit_row_changed",
    { varargs: true },
    (object: unknown, table: unknown, before: unknown, after: unknown) => {
      const change = differenceOf(String(object), String(table), rowFrom(before), rowFrom(after));
      if (change) onChange(change);
      return null;
    },
  );
  db.function("audit_unshown_written", () => {
    onUnshown();
    return null;
  });
  for (const event of EVENTS) {
    for (const [table, audited] of Object.entries(AUDITED_TABLES))
      db.exec(trigger(table, audited.only, event, showing(table, audited, event)));
    for (const [table, { only }] of Object.entries(UNSHOWN_TABLES))
      db.exec(trigger(table, only, event, "audit_unshown_written()"));
  }
}

const EVENTS = ["INSERT", "UPDATE", "DELETE"] as const;
type Event = (typeof EVENTS)[number];

const inRow = (sql: string, event: Event): string =>
  sql.replaceAll("ROW.", event === "DELETE" ? "OLD." : "NEW.");

/** @param call of a function of this connection */
function trigger(table: string, only: string | undefined, event: Event, call: string): string {
  const condition = only === undefined ? "" : ` AND ${inRow(only, event)}`;
  return `CREATE TEMP TRIGGER audit_${table}_${event.toLowerCase()} AFTER ${event} ON main.${table}
    WHEN audit_is_listening()${condition}
    BEGIN SELECT ${call}; END`;
}

function showing(table: string, audited: AuditedTable, event: Event): string {
  const valuesOf = (of: "OLD" | "NEW") => {
    const shown = audited.columns.map((column) => `'${column}', ${of}.${column}`);
    const hidden = (audited.secrets ?? []).map((column) => `'${column}', ${secret(column, of, event)}`);
    return `json_object(${[...shown, ...hidden].join(", ")})`;
  };
  const before = event === "INSERT" ? "NULL" : valuesOf("OLD");
  const after = event === "DELETE" ? "NULL" : valuesOf("NEW");
  return `audit_row_changed(${inRow(audited.object, event)}, '${table}', ${before}, ${after})`;
}

/** A word that differs exactly where the value does. */
function secret(column: string, of: "OLD" | "NEW", event: Event): string {
  const value = `${of}.${column}`;
  const word =
    event === "UPDATE" && of === "NEW"
      ? `iif(NEW.${column} IS OLD.${column} OR OLD.${column} IS NULL, 'set', 'changed')`
      : "'set'";
  return `iif(${value} IS NULL, NULL, ${word})`;
}

type Row = Record<string, unknown>;

/** JSON columns as what they hold, one level of it in the place of the column, so that only the part that differs shows. */
function rowFrom(json: unknown): Row | null {
  if (typeof json !== "string") return null;
  const row: Row = {};
  for (const [column, value] of Object.entries(JSON.parse(json) as Row)) {
    const inner = typeof value === "string" && /^[[{]/.test(value) ? parse(value) : undefined;
    if (inner === undefined || Array.isArray(inner)) row[column] = inner ?? value;
    else for (const [key, part] of Object.entries(inner)) row[`${column}.${key}`] = part;
  }
  return row;
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

function differenceOf(object: string, table: string, before: Row | null, after: Row | null): Change | null {
  if (before === null || after === null)
    return { object, in: table, before: before && shortened(before), after: after && shortened(after) };
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
  if (keys.length === 0) return null;
  const pick = (row: Row) => shortened(Object.fromEntries(keys.map((key) => [key, row[key] ?? null])));
  return { object, in: table, before: pick(before), after: pick(after) };
}

const shortened = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => {
      const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
      return [key, text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : (value ?? null)];
    }),
  );
