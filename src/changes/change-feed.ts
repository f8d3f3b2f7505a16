import type { Database } from "../db/open.ts";
import { TABLE_TOPICS } from "./table-topics.ts";
import { ruleOf, type Topic } from "./topics.ts";

/** Everywhere, and nobody in particular. */
export const ALL = null;

/** That something of a topic is another now. */
export interface Change {
  topic: Topic;
  /** Codes of the regions and ids of the people that it is about. */
  about: ReadonlySet<string | typeof ALL>;
}

/** Tells listeners what has changed, whoever changed it. */
export interface ChangeFeed {
  /** Tells what has changed, of each topic as seldom as its rule says; called each second by the ticker. */
  tell(): void;
  /** @returns what ends it */
  listen(listener: (changes: readonly Change[]) => void): () => void;
}

/**
 * By triggers that belong to the connection and are part of no file, which do nothing while nobody listens. What a
 * transaction takes back is told as well: a page asks once in vain then.
 * @param states what is in no table: told when it is another than a second ago
 */
export function createChangeFeed(
  db: Database,
  states: Readonly<Partial<Record<Topic, () => unknown>>>,
): ChangeFeed {
  const listeners = new Set<(changes: readonly Change[]) => void>();
  const changed = new Map<Topic, Set<string | typeof ALL>>();
  const seen = new Map<string, unknown>();
  /** The beat from which on a topic may be told again. */
  const restsUntil = new Map<Topic, number>();
  let beat = 0;

  function note(topic: Topic, about: string | typeof ALL): void {
    const sofar = changed.get(topic);
    if (sofar) sofar.add(about);
    else changed.set(topic, new Set([about]));
  }
  db.function("changes_are_heard", () => (listeners.size > 0 ? 1 : 0));
  db.function("topic_changed", (topic: unknown, about: unknown) => {
    note(topic as Topic, about as string | typeof ALL);
    return null;
  });
  addTriggers(db);

  function lookAtStates(): void {
    for (const [topic, read] of Object.entries(states)) {
      const state = read();
      if (seen.has(topic) && seen.get(topic) !== state) note(topic as Topic, ALL);
      seen.set(topic, state);
    }
  }

  return {
    tell() {
      beat += 1;
      lookAtStates();
      const due = [...changed].filter(([topic]) => beat >= (restsUntil.get(topic) ?? 0));
      if (due.length === 0) return;
      for (const [topic] of due) {
        changed.delete(topic);
        restsUntil.set(topic, beat + ruleOf(topic).restSeconds);
      }
      const changes = due.map(([topic, about]) => ({ topic, about }));
      for (const listener of listeners) listener(changes);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const ROWS = { INSERT: ["NEW"], UPDATE: ["OLD", "NEW"], DELETE: ["OLD"] } as const;

function addTriggers(db: Database): void {
  for (const [table, { topics, about, updates = "TRUE" }] of Object.entries(TABLE_TOPICS)) {
    for (const [event, rows] of Object.entries(ROWS)) {
      const calls = rows.flatMap((row) => {
        // A row that is about a device that is gone is about no place.
        const subject = about === undefined ? "NULL" : `COALESCE(${about.replaceAll("ROW", row)}, '')`;
        return topics.map((topic) => `topic_changed('${topic}', ${subject})`);
      });
      db.exec(`CREATE TEMP TRIGGER change_${table}_${event.toLowerCase()} AFTER ${event} ON main.${table}
        WHEN changes_are_heard() AND ${event === "UPDATE" ? updates : "TRUE"}
        BEGIN SELECT ${[...new Set(calls)].join(", ")}; END`);
    }
  }
}
