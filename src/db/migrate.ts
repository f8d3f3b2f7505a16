import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Database } from "better-sqlite3";
import { AppError } from "../errors.ts";
import { copyDatabase } from "./copy.ts";

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

const folder = fileURLToPath(new URL("./migrations", import.meta.url));

function readMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => {
      const sql = readFileSync(`${folder}/${name}`, "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/**
 * Brings the database forward, all pending migrations in one transaction. An existing database is snapshotted to
 * `<file>.before-<migration>` first, since a forward-only migration has no other way back.
 */
export function migrate(db: Database, now: number, migrations = readMigrations()): void {
  db.exec(`CREATE TABLE IF NOT EXISTS migrations (
    name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
  ) STRICT`);
  const applied = db
    .prepare<[], { name: string; checksum: string }>("SELECT name, checksum FROM migrations")
    .all();
  refuseUnknown(applied, migrations);

  const done = new Set(applied.map((row) => row.name));
  const pending = migrations.filter((migration) => !done.has(migration.name));
  const [first] = pending;
  if (!first) return;
  if (applied.length > 0 && !db.memory) {
    const snapshot = `${db.name}.before-${first.name.replace(/\.sql$/, "")}-${now}`;
    copyDatabase(db, snapshot);
  }
  const record = db.prepare("INSERT INTO migrations (name, checksum, applied_at) VALUES (?, ?, ?)");
  db.transaction(() => {
    for (const { name, sql, checksum } of pending) {
      db.exec(sql);
      record.run(name, checksum, now);
    }
  }).immediate();
}

function refuseUnknown(applied: { name: string; checksum: string }[], migrations: Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const { name, checksum } of applied) {
    if (!known.has(name)) {
      throw new AppError(
        "conflict",
        `The database has migration ${name}, which this version does not know.`,
        {
          hint: "It was last opened by a newer version: start that one, or restore the snapshot taken before it.",
        },
      );
    }
    if (known.get(name) !== checksum) {
      throw new AppError("conflict", `Migration ${name} was changed after it had been applied.`, {
        hint: "Restore the original file and put the change into a new migration.",
      });
    }
  }
}

/** When a migrated database was made, epoch ms. */
export const madeAt = (db: Database): number =>
  db.prepare<[], number>("SELECT MIN(applied_at) FROM migrations").pluck().get() ?? 0;
