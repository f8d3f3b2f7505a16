import type { Database } from "../db/open.ts";
import type { Conflict } from "./conflicts/conflict.ts";
import type { Schedule, ScheduleConfirmation, ScheduleDefinition } from "./schedule.ts";

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

type Row = Omit<Schedule, "definition" | "confirmation"> & {
  definition: string;
  savedBy: string;
  confirmedBy: string | null;
  confirmedAt: number | null;
};

const COLUMNS = `id, programme_id AS programmeId, definition, version, ended_at AS endedAt,
  created_at AS createdAt, updated_at AS updatedAt, confirmed_by AS confirmedBy, confirmed_at AS confirmedAt,
  (SELECT json_group_array(json_object('id', u.id, 'name', u.name)) FROM json_each(saved_by) j
   JOIN users u ON u.id = j.value) AS savedBy`;

const toSchedule = ({ definition, savedBy, confirmedBy, confirmedAt, ...row }: Row): Schedule => ({
  ...row,
  definition: JSON.parse(definition) as ScheduleDefinition,
  confirmation: {
    savedBy: JSON.parse(savedBy) as ScheduleConfirmation["savedBy"],
    confirmedBy,
    confirmedAt,
  },
});

/** A date of it has everything but a second person. */
const WAITS = `EXISTS (SELECT 1 FROM broadcasts b
  WHERE b.schedule_id = schedules.id AND b.state = 'planned' AND b.why_not = 'not-confirmed')`;

export function createScheduleStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO schedules (id, programme_id, name, definition, saved_by, created_at, updated_at)
     VALUES (@id, @programmeId, @name, @definition, @savedBy, @now, @now)`,
  );
  const selectOne = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM schedules WHERE id = ?`);
  const selectPage = db.prepare<{ before: string; waiting: 0 | 1; limit: number }, Row>(
    `SELECT ${COLUMNS} FROM schedules WHERE id < @before AND (@waiting = 0 OR ${WAITS}) ORDER BY id DESC LIMIT @limit`,
  );
  const selectWaits = db.prepare<[string], number>(`SELECT ${WAITS} FROM schedules WHERE id = ?`).pluck();
  const selectActive = db.prepare<[], Row>(
    `SELECT ${COLUMNS} FROM schedules WHERE ended_at IS NULL ORDER BY id`,
  );
  const update = db.prepare(
    `UPDATE schedules SET name = @name, definition = @definition, version = version + 1, saved_by = @savedBy,
       confirmed_by = NULL, confirmed_at = NULL, updated_at = @now WHERE id = @id`,
  );
  const confirm = db.prepare<{ id: string; userId: string; now: number }>(
    "UPDATE schedules SET confirmed_by = @userId, confirmed_at = @now WHERE id = @id",
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
  const asRow = (id: string, definition: ScheduleDefinition, savedBy: string[], now: number) => ({
    id,
    name: definition.name,
    definition: JSON.stringify(definition),
    savedBy: JSON.stringify(savedBy),
    now,
  });

  return {
    insert: (
      id: string,
      programmeId: string,
      definition: ScheduleDefinition,
      savedBy: string[],
      now: number,
    ) => void insert.run({ ...asRow(id, definition, savedBy, now), programmeId }),
    get: (id: string) => {
      const row = selectOne.get(id);
      return row ? toSchedule(row) : null;
    },
    page: (before: string, limit: number, waiting: boolean) =>
      selectPage.all({ before, limit, waiting: waiting ? 1 : 0 }).map(toSchedule),
    active: () => selectActive.all().map(toSchedule),
    update: (id: string, definition: ScheduleDefinition, savedBy: string[], now: number) =>
      void update.run(asRow(id, definition, savedBy, now)),
    /** Whether a date of it waits for a second person. */
    waits: (id: string): boolean => selectWaits.get(id) === 1,
    confirm: (id: string, userId: string, now: number) => void confirm.run({ id, userId, now }),
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
