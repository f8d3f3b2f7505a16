import type { Database } from "../db/open.ts";
import type { Emergency, EmergencyPeople } from "./emergency.ts";

export interface EmergencyFilter {
  /** The last id of the page before. */
  before: string;
  /** Only what waits, is confirmed or stands. */
  open: boolean;
}

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
  const selectPage = db.prepare<{ before: string; open: 0 | 1; limit: number }, Row>(
    `${SELECT} WHERE id < @before AND (@open = 0 OR state IN ('proposed', 'confirmed', 'active'))
     ORDER BY id DESC LIMIT @limit`,
  );
  const selectPeople = db.prepare<[string], EmergencyPeople>(
    `SELECT p.name AS proposed, c.name AS confirmed, s.name AS stopped FROM emergencies e
     JOIN users p ON p.id = e.proposed_by LEFT JOIN users c ON c.id = e.confirmed_by
     LEFT JOIN users s ON s.id = e.stopped_by WHERE e.id = ?`,
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
    page: ({ before, open }: EmergencyFilter, limit: number) =>
      selectPage.all({ before, open: open ? 1 : 0, limit }).map(toEmergency),
    people: (id: string): EmergencyPeople =>
      selectPeople.get(id) ?? { proposed: "", confirmed: null, stopped: null },
  };
}
export type EmergencyStore = ReturnType<typeof createEmergencyStore>;
