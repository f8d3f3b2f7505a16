import type { Database } from "better-sqlite3";

/** Small values the server itself keeps: first-start marks, the county's policy. */
export interface Settings {
  get(key: string): string | null;
  set(key: string, value: string): void;
  delete(key: string): void;
}

export function createSettings(db: Database): Settings {
  const select = db.prepare<[string], { value: string }>("SELECT value FROM settings WHERE key = ?");
  const upsert = db.prepare(
    "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const remove = db.prepare("DELETE FROM settings WHERE key = ?");
  return {
    get: (key) => select.get(key)?.value ?? null,
    set: (key, value) => void upsert.run(key, value),
    delete: (key) => void remove.run(key),
  };
}
