import type { Database } from "../db/open.ts";
import type { ClockEvent } from "./clock-watch.ts";
import type { EmptyDate } from "./empty-dates.ts";

export interface ClockEventRow extends ClockEvent {
  id: number;
  /** Epoch ms, by the wall clock after it. */
  at: number;
}

/** A clock that is never right must not fill the database. */
const MAX_CLOCK_EVENTS = 1000;

export function createWarningStore(db: Database) {
  const insertTold = db.prepare(
    "INSERT OR IGNORE INTO empty_dates_told (schedule_id, air_date, due_at, told_at) VALUES (?, ?, ?, ?)",
  );
  const insertEvent = db.prepare("INSERT INTO clock_events (at, kind, by_ms) VALUES (?, ?, ?)");
  const deleteEvents = db.prepare("DELETE FROM clock_events WHERE id <= ?");
  const selectEvents = db.prepare<[number], ClockEventRow>(
    "SELECT id, at, kind, by_ms AS byMs FROM clock_events ORDER BY id DESC LIMIT ?",
  );

  return {
    /** Returns whether it had not been told yet. */
    markTold: ({ scheduleId, airDate, dueAt }: EmptyDate, now: number): boolean =>
      insertTold.run(scheduleId, airDate, dueAt, now).changes === 1,
    addClockEvent({ kind, byMs }: ClockEvent, now: number): void {
      const { lastInsertRowid } = insertEvent.run(now, kind, byMs);
      deleteEvents.run(Number(lastInsertRowid) - MAX_CLOCK_EVENTS);
    },
    /** Newest first. */
    clockEvents: (limit: number) => selectEvents.all(limit),
  };
}
export type WarningStore = ReturnType<typeof createWarningStore>;
