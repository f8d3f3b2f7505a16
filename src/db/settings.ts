import { randomBytes } from "node:crypto";
import type { Database } from "better-sqlite3";

/** Small values the server itself keeps: generated secrets, first-start marks, the county's policy. */
export interface Settings {
  get(key: string): string | null;
  set(key: string, value: string): void;
  /** A random secret made at first use and kept: 256 bits, base64url. */
  secret(key: string): string;
}

export function createSettings(db: Database): Settings {
  const select = db.prepare<[string], { value: string }>("SELECT value FROM settings WHERE key = ?");
  const upsert = db.prepare(
    "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const get = (key: string) => select.get(key)?.value ?? null;
  const set = (key: string, value: string) => void upsert.run(key, value);
  return {
    get,
    set,
    secret(key) {
      const existing = get(key);
      if (existing !== null) return existing;
      const fresh = randomBytes(32).toString("base64url");
      set(key, fresh);
      return fresh;
    },
  };
}
