import type { Database } from "../db/open.ts";
import type { Emergency } from "./emergency.ts";

type Row = Omit<Emergency, "areas"> & { areas: string };

const SELECT = `SELECT id, state, severity, areas, until, replaces, proposed_by AS proposedBy, proposed_at AS proposedAt,
  confirmed_by AS confirmedBy, confirmed_at AS confirmedAt, started_at AS startedAt, ended_at AS endedAt,
  stopped_by AS stoppedBy, reason FROM emergencies`;

const toEmergency = (row: Row): Emergency => ({ ...row, areas: JSON.parse(row.areas) as string[] });

export function createEmergencyStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO emergencies (id, state, severity, areas, until, replaces, proposed_by, proposed_at, reason)
     VALUES (@id, @state, @severity, @areas, @until, @replaces, @proposedBy, @proposedAt, @reason)`,
  );
  const update = db.prepare(
    `UPDATE emergencies SET state = @state, confirmed_by = @confirmedBy, confirmed_at = @confirmedAt,
       started_at = @startedAt, ended_at = @endedAt, stopped_by = @stoppedBy, reason = @reason WHERE id = @id`,
  );
  const selectOne = db.prepare<[string], Row>(`${SELECT} WHERE id = ?`);
  const selectOpen = db.prepare<[], Row>(
    `${SELECT} WHERE state IN ('proposed', 'confirmed', 'active') ORDER BY id`,
  );
  const selectPage = db.prepare<{ before: string; limit: number }, Row>(
    `${SELECT} WHERE id < @before ORDER BY id DESC LIMIT @limit`,
  );

  return {
    insert: (emergency: Emergency) =>
      void insert.run({ ...emergency, areas: JSON.stringify(emergency.areas) }),
    update: ({ areas: _, ...emergency }: Emergency) => void update.run(emergency),
    get(id: string): Emergency | null {
      const row = selectOne.get(id);
      return row ? toEmergency(row) : null;
    },
    /** Proposed, confirmed or active, oldest first. */
    open: () => selectOpen.all().map(toEmergency),
    page: (before: string, limit: number) => selectPage.all({ before, limit }).map(toEmergency),
  };
}
export type EmergencyStore = ReturnType<typeof createEmergencyStore>;
