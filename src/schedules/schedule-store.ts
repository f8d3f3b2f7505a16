import type { Database } from "../db/open.ts";
import type { Schedule, ScheduleDefinition } from "./schedule.ts";

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
    end: (id: string, now: number) => void end.run({ id, now }),
  };
}
export type ScheduleStore = ReturnType<typeof createScheduleStore>;
