import type { Database } from "../db/open.ts";
import type { Grant, Role } from "./permissions.ts";

/** That somebody stands in for somebody else in a role, from one date to another, both included. */
export interface Deputy {
  id: string;
  role: Role;
  userId: string;
  userName: string;
  deputyId: string;
  deputyName: string;
  /** `2026-12-01`, in the county. */
  from: string;
  until: string;
}

/** With what the one who is stood in for holds by now. */
export interface DeputyInForce extends Deputy {
  userRoles: Grant[];
}

const COLUMNS = `d.id, d.role, d.user_id AS userId, u.name AS userName, d.deputy_id AS deputyId, p.name AS deputyName,
  d.from_date AS "from", d.until_date AS until`;
const TABLES = "deputies d JOIN users u ON u.id = d.user_id JOIN users p ON p.id = d.deputy_id";

export function createDeputyStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO deputies (id, user_id, deputy_id, role, from_date, until_date, created_at)
     VALUES (@id, @userId, @deputyId, @role, @from, @until, @now)`,
  );
  const selectOf = db.prepare<{ userId: string; today: string }, Deputy>(
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE @userId IN (d.user_id, d.deputy_id) AND d.until_date >= @today
       AND d.ended_at IS NULL ORDER BY d.from_date, d.id`,
  );
  const selectInForce = db.prepare<
    { deputyId: string; today: string },
    Omit<DeputyInForce, "userRoles"> & { userRoles: string }
  >(
    `SELECT ${COLUMNS}, u.roles AS userRoles FROM ${TABLES}
     WHERE d.deputy_id = @deputyId AND @today BETWEEN d.from_date AND d.until_date AND d.ended_at IS NULL
       AND u.disabled_at IS NULL ORDER BY d.from_date, d.id`,
  );
  const end = db.prepare(
    "UPDATE deputies SET ended_at = @now WHERE id = @id AND user_id = @userId AND ended_at IS NULL",
  );
  const endOfEither = db.prepare(
    "UPDATE deputies SET ended_at = @now WHERE id = @id AND @userId IN (user_id, deputy_id) AND ended_at IS NULL",
  );

  return {
    insert: (deputy: Omit<Deputy, "userName" | "deputyName"> & { now: number }) => void insert.run(deputy),
    /** Whom somebody has, and for whom they stand in, now or later. */
    of: (userId: string, today: string) => selectOf.all({ userId, today }),
    inForce: (deputyId: string, today: string): DeputyInForce[] =>
      selectInForce
        .all({ deputyId, today })
        .map((row) => ({ ...row, userRoles: JSON.parse(row.userRoles) as Grant[] })),
    /** Returns whether there was one. */
    end: (id: string, userId: string, now: number): boolean => end.run({ id, userId, now }).changes === 1,
    /** Of whoever is away or stands in. */
    endOfEither: (id: string, userId: string, now: number): boolean =>
      endOfEither.run({ id, userId, now }).changes === 1,
  };
}
export type DeputyStore = ReturnType<typeof createDeputyStore>;
