import { v7 as uuidv7 } from "uuid";
import type { Database } from "../../db/open.ts";
import type { GarbageKind } from "./references-store.ts";

/** Table → its rows as they were; in the order in which foreign keys let them be put back. */
const TABLES = [
  "covers",
  "assets",
  "compositions",
  "composition_assets",
  "renditions",
  "rendition_parts",
] as const;
type Table = (typeof TABLES)[number];
type Row = Record<string, string | number | null>;
export type SavedRows = Partial<Record<Table, Row[]>>;

export interface TrashFile {
  sha256: string;
  bytes: number;
}

/** One thing taken out of the library, with all that is needed to put it back. */
export interface TrashEntry {
  id: string;
  /** `file` is one that no row named. */
  kind: GarbageKind | "file";
  subject: string;
  label: string;
  reason: string;
  trashedAt: number;
  expiresAt: number;
  /** It is back in the library, and stays until `expiresAt` although nothing names it yet. */
  restoredAt: number | null;
}

export type ShownEntry = TrashEntry & { files: TrashFile[] };

interface StoredEntry extends TrashEntry {
  rows: string;
}

/** After every id. */
const NEWEST = "z";
/** SQLite's word for "without a limit". */
const ALL = -1;

const COLUMNS = `
  id, kind, subject, label, reason, rows, trashed_at AS trashedAt, expires_at AS expiresAt, restored_at AS restoredAt`;

export type TrashStore = ReturnType<typeof createTrashStore>;

export function createTrashStore(db: Database) {
  const insert = db.prepare<StoredEntry>(`
    INSERT INTO trash (id, kind, subject, label, reason, rows, trashed_at, expires_at)
    VALUES (@id, @kind, @subject, @label, @reason, @rows, @trashedAt, @expiresAt)`);
  const insertFile = db.prepare<TrashFile & { id: string }>(
    "INSERT INTO trash_files (trash_id, sha256, bytes) VALUES (@id, @sha256, @bytes)",
  );
  // Ids of version 7 grow with time.
  const entries = db.prepare<{ before: string; limit: number }, StoredEntry>(
    `SELECT ${COLUMNS} FROM trash WHERE restored_at IS NULL AND id < @before ORDER BY id DESC LIMIT @limit`,
  );
  const filesOf = db.prepare<[string], TrashFile>(
    "SELECT sha256, bytes FROM trash_files WHERE trash_id = ? ORDER BY sha256",
  );
  // A composition that was never rendered has no file; the SHA-256 that names it stands for it.
  const entriesWithFile = db.prepare<{ sha256: string }, StoredEntry>(`
    SELECT ${COLUMNS} FROM trash
    WHERE restored_at IS NULL
      AND (subject = @sha256 OR id IN (SELECT trash_id FROM trash_files WHERE sha256 = @sha256)) ORDER BY id DESC`);
  const entriesOf = db.prepare<{ kind: string; subject: string }, StoredEntry>(`
    SELECT ${COLUMNS} FROM trash WHERE restored_at IS NULL AND kind = @kind AND subject = @subject ORDER BY id DESC`);
  const markRestored = db.prepare<{ id: string; now: number; keepUntil: number }>(
    "UPDATE trash SET restored_at = @now, expires_at = @keepUntil WHERE id = @id AND restored_at IS NULL",
  );
  const holdsFile = db.prepare<[string], { one: 1 }>(
    "SELECT 1 AS one FROM trash_files JOIN trash ON trash.id = trash_id WHERE sha256 = ? AND restored_at IS NULL LIMIT 1",
  );
  const fileNames = db.prepare<[], { sha256: string }>(
    "SELECT DISTINCT sha256 FROM trash_files ORDER BY sha256",
  );
  const holding = db.prepare<[], { files: number; bytes: number }>(
    `SELECT COUNT(*) AS files, COALESCE(SUM(bytes), 0) AS bytes FROM (
       SELECT DISTINCT sha256, bytes FROM trash_files JOIN trash ON trash.id = trash_id WHERE restored_at IS NULL)`,
  );
  const dropExpired = db.prepare<[number]>("DELETE FROM trash WHERE expires_at <= ?");
  const dropUnrestored = db.prepare("DELETE FROM trash WHERE restored_at IS NULL");

  const all = (table: Table, where: string) =>
    db.prepare<[string], Row>(`SELECT * FROM ${table} WHERE ${where}`);
  const selectors = {
    asset: { assets: all("assets", "sha256 = ?") },
    cover: { covers: all("covers", "sha256 = ?") },
    composition: {
      compositions: all("compositions", "id = ?"),
      composition_assets: all("composition_assets", "composition_id = ?"),
      renditions: all("renditions", "composition_id = ?"),
      rendition_parts: all(
        "rendition_parts",
        "rendition_id IN (SELECT id FROM renditions WHERE composition_id = ?)",
      ),
    },
    rendition: {
      renditions: all("renditions", "id = ?"),
      rendition_parts: all("rendition_parts", "rendition_id = ?"),
    },
  };
  // Foreign keys are enforced, so a row that another domain's table still points at makes the deletion fail.
  const deletions = {
    asset: [db.prepare<[string]>("DELETE FROM assets WHERE sha256 = ?")],
    cover: [db.prepare<[string]>("DELETE FROM covers WHERE sha256 = ?")],
    composition: [
      db.prepare<[string]>("DELETE FROM renditions WHERE composition_id = ?"),
      db.prepare<[string]>("DELETE FROM compositions WHERE id = ?"),
    ],
    rendition: [db.prepare<[string]>("DELETE FROM renditions WHERE id = ?")],
  };

  const exists = {
    asset: db.prepare<[string], { one: 1 }>("SELECT 1 AS one FROM assets WHERE sha256 = ?"),
    cover: db.prepare<[string], { one: 1 }>("SELECT 1 AS one FROM covers WHERE sha256 = ?"),
    composition: db.prepare<[string], { one: 1 }>("SELECT 1 AS one FROM compositions WHERE id = ?"),
    rendition: db.prepare<[string], { one: 1 }>("SELECT 1 AS one FROM renditions WHERE id = ?"),
  };

  /** Columns that a later migration removed are left out, those that it added take their default. */
  function putBack(table: Table, row: Row): void {
    const known = new Set(
      db
        .prepare<[], { name: string }>(`PRAGMA table_info(${table})`)
        .all()
        .map((c) => c.name),
    );
    const columns = Object.keys(row).filter((name) => known.has(name));
    const names = columns.map((name) => `"${name}"`).join(", ");
    const values = columns.map((name) => `@${name}`).join(", ");
    db.prepare(`INSERT INTO ${table} (${names}) VALUES (${values}) ON CONFLICT DO NOTHING`).run(row);
  }

  const shown = ({ rows: _, ...entry }: StoredEntry): ShownEntry => ({
    ...entry,
    files: filesOf.all(entry.id),
  });

  type NewEntry = Omit<TrashEntry, "id" | "restoredAt">;
  function add(entry: NewEntry, rows: SavedRows, files: readonly TrashFile[]): void {
    const id = uuidv7();
    insert.run({ ...entry, id, rows: JSON.stringify(rows), restoredAt: null });
    for (const file of files) insertFile.run({ ...file, id });
  }

  return {
    /**
     * Deletes a row with its dependants and saves them; returns the files they stood for, without those that were missing
     * already. Inside a transaction.
     */
    takeOut(entry: NewEntry & { kind: GarbageKind }, sizeOf: (sha256: string) => number | null): TrashFile[] {
      const rows: SavedRows = {};
      for (const [table, select] of Object.entries(selectors[entry.kind]))
        rows[table as Table] = select.all(entry.subject);
      const files = [...namesIn(rows)].flatMap((sha256) => {
        const bytes = sizeOf(sha256);
        return bytes === null ? [] : [{ sha256, bytes }];
      });
      for (const deletion of deletions[entry.kind]) deletion.run(entry.subject);
      add(entry, rows, files);
      return files;
    },
    addFile: (entry: NewEntry, file: TrashFile): void => add(entry, {}, [file]),
    /** What can be put back, each file once. */
    holding: () => holding.get() ?? { files: 0, bytes: 0 },
    /** What can still be put back, newest first: `limit` of them after the id `before`. */
    entries: (before = NEWEST, limit = ALL): ShownEntry[] => entries.all({ before, limit }).map(shown),
    withFile: (sha256: string) => entriesWithFile.all({ sha256 }).map(openEntry),
    of: (kind: GarbageKind, subject: string) => entriesOf.all({ kind, subject }).map(openEntry),
    filesOf: (id: string): TrashFile[] => filesOf.all(id),
    exists: (kind: GarbageKind, id: string): boolean => exists[kind].get(id) !== undefined,
    /** Puts rows back where they are missing; what was made again meanwhile stays as it is. Inside a transaction. */
    putBackRows(rows: SavedRows): void {
      for (const table of TABLES) {
        for (const row of rows[table] ?? []) {
          if (table === "rendition_parts" && !exists.rendition.get(String(row["rendition_id"]))) continue;
          putBack(table, row);
        }
      }
    },
    markRestored: (id: string, now: number, keepUntil: number): void =>
      void markRestored.run({ id, now, keepUntil }),
    /** Whether an entry that can still be restored has this file. */
    holdsFile: (sha256: string): boolean => holdsFile.get(sha256) !== undefined,
    /** Of every entry, restored ones too. */
    fileNames: (): string[] => fileNames.all().map(({ sha256 }) => sha256),
    dropExpired: (now: number): number => dropExpired.run(now).changes,
    dropAll: (): number => dropUnrestored.run().changes,
  };
}

const openEntry = (entry: StoredEntry): TrashEntry & { saved: SavedRows } => ({
  ...entry,
  saved: JSON.parse(entry.rows) as SavedRows,
});

function namesIn({ assets = [], covers = [], renditions = [], rendition_parts: parts = [] }: SavedRows) {
  const names = [...assets, ...covers, ...renditions, ...parts].map((row) => row["sha256"]);
  return new Set(names.filter((name) => typeof name === "string"));
}
