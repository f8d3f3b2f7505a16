import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { checkAuditLog } from "../audit/audit-check.ts";
import { type Database, openDatabaseReadOnly } from "../db/open.ts";
import { AppError } from "../errors.ts";
import type { Manifest } from "./backup.ts";

const CHUNK_BYTES = 1024 * 1024;

export type DatabaseProof = Pick<Manifest, "rows" | "audit" | "bytes" | "sha256">;

const bad = (problem: string, cause?: unknown): AppError =>
  new AppError("conflict", `The database is not sound: ${problem}.`, {
    cause,
    hint: "Nothing was changed. Use another backup (npm run restore lists them).",
  });

/**
 * Reads all of a database: that SQLite finds no damage, that every reference leads somewhere, that the audit log's chain
 * is whole; and counts its rows.
 * @throws {AppError} `conflict` naming what is wrong
 */
export function checkDatabase(path: string): DatabaseProof {
  const db = openDatabaseReadOnly(path);
  try {
    const found = db.pragma("integrity_check(1)", { simple: true });
    if (found !== "ok") throw bad(String(found));
    const [dangling] = db.pragma("foreign_key_check") as { table: string; parent: string }[];
    if (dangling) throw bad(`a row of ${dangling.table} refers to one of ${dangling.parent} that is missing`);
    const chain = checkAuditLog(db);
    if (!chain.intact) throw bad(`the audit log is broken at entry ${chain.seq}: ${chain.problem}`);
    return { rows: countRows(db), audit: chain.head, bytes: statSync(path).size, sha256: hashFile(path) };
  } catch (cause) {
    // SQLite throws on much damage before it can tell of it.
    if (cause instanceof AppError) throw cause;
    throw bad(cause instanceof Error ? cause.message : "it cannot be read", cause);
  } finally {
    db.close();
  }
}

/** Rows by table. */
export function countRows(db: Database): Record<string, number> {
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .pluck()
    .all();
  const counted = tables.map((table) => [
    table,
    db.prepare<[], number>(`SELECT COUNT(*) FROM "${table}"`).pluck().get() ?? 0,
  ]);
  return Object.fromEntries(counted) as Record<string, number>;
}

/** SHA-256 of a file, in hexadecimal. */
export function hashFile(path: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}
