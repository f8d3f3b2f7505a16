import type { Database } from "../db/open.ts";
import { TABLE_TOPICS, type Topic } from "./table-topics.ts";

/** Tells listeners what has changed in the database, whoever wrote it. */
export interface ChangeFeed {
  /** Tells what has changed since the last time, at most once a second; called by the ticker. */
  tell(): void;
  /** @returns what ends it */
  listen(listener: (topics: Topic[]) => void): () => void;
}

/**
 * By triggers that belong to the connection and are part of no file, which do nothing while nobody listens. What a
 * transaction takes back is told as well: a page asks once in vain then.
 */
export function createChangeFeed(db: Database): ChangeFeed {
  const listeners = new Set<(topics: Topic[]) => void>();
  const changed = new Set<Topic>();
  db.function("changes_are_heard", () => (listeners.size > 0 ? 1 : 0));
  db.function("topic_changed", (topic: unknown) => {
    changed.add(topic as Topic);
    return null;
  });
  for (const [table, topic] of Object.entries(TABLE_TOPICS))
    for (const event of ["INSERT", "UPDATE", "DELETE"])
      db.exec(`CREATE TEMP TRIGGER change_${table}_${event.toLowerCase()} AFTER ${event} ON main.${table}
        WHEN changes_are_heard() BEGIN SELECT topic_changed('${topic}'); END`);

  return {
    tell() {
      if (changed.size === 0) return;
      const topics = [...changed];
      changed.clear();
      for (const listener of listeners) listener(topics);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
