import type { Database } from "../db/open.ts";
import type { Conflict } from "./conflicts/conflict.ts";
import type { Schedule, ScheduleDefinition } from "./schedule.ts";

/** A version of a schedule that was saved although it had conflicts. */
export interface Override {
  version: number;
  /** Name of who saved it. */
  user: string;
  reason: string;
  conflicts: Conflict[];
  /** Epoch ms. */
  at: number;
}

type NewOverride = Omit<Override, "user"> & { scheduleId: string; userId: string };

type Row = Omit<Schedule, "definition"> & { definition: string };

const COLUMNS = `id, programme_id AS programmeId, definition, version, ended_at AS endedAt,
  created_at AS createdAt, updated_at AS updatedAt`;

const toSchedule = (row: Row): Schedule => ({
  ...row,
  definition: JSON.parse(row.definition) as ScheduleDefinition,
});

export function createScheduleStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO schedules (id, programme_id, name, definition, created_at, updated_at)
     VALUES (@id, @programmeId, @name, @definition, @now, @now)`,
  );
  const selectOne = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM schedules WHERE id = ?`);
  const selectPage = db.prepare<[string, number], Row>(
    `SELECT ${COLUMNS} FROM schedules WHERE id < ? ORDER BY id DESC LIMIT ?`,
  );
  const selectActive = db.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM schedules WHERE ended_at IS NULL ORDER BY id`,
  );
  const update = db.prepare(
    `UPDATE schedules SET name = @name, definition = @definition, version = version + 1, updated_at = @now WHERE id = @id`,
  );
  const end = db.prepare("UPDATE schedules SET ended_at = @now, updated_at = @now WHERE id = @id");
  const insertOverride = db.prepare(
    `INSERT INTO schedule_overrides (schedule_id, version, user_id, reason, conflicts, at)
     VALUES (@scheduleId, @version, @userId, @reason, @conflicts, @at)`,
  );
  const selectOverrides = db.prepare<[string, number], Omit<Override, "conflicts"> & { conflicts: string }>(
    `SELECT o.version, u.name AS user, o.reason, o.conflicts, o.at FROM schedule_overrides o
     JOIN users u ON u.id = o.user_id WHERE o.schedule_id = ? ORDER BY o.id DESC LIMIT ?`,
  );
  const asRow = (id: string, definition: ScheduleDefinition, now: number) => ({
    id,
    name: definition.name,
    definition: JSON.stringify(definition),
    now,
  });

  return {
    insert: (id: string, programmeId: string, definition: ScheduleDefinition, now: number) =>
      void insert.run({ ...asRow(id, definition, now), programmeId }),
    get: (id: string) => {
      const row = selectOne.get(id);
      return row ? toSchedule(row) : null;
    },
    page: (before: string, limit: number) => selectPage.all(before, limit).map(toSchedule),
    active: () => selectActive.all().map(toSchedule),
    update: (id: string, definition: ScheduleDefinition, now: number) =>
      void update.run(asRow(id, definition, now)),
    addOverride: (override: NewOverride) =>
      void insertOverride.run({ ...override, conflicts: JSON.stringify(override.conflicts) }),
    /** Newest first. */
    overrides: (scheduleId: string, limit: number): Override[] =>
      selectOverrides
        .all(scheduleId, limit)
        .map((row) => ({ ...row, conflicts: JSON.parse(row.conflicts) as Conflict[] })),
    end: (id: string, now: number) => void end.run({ id, now }),
  };
}
export type ScheduleStore = ReturnType<typeof createScheduleStore>;
