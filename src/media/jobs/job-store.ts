import { v7 as uuidv7 } from "uuid";
import type { Database } from "../../db/open.ts";
import type { Job, JobKind, JobState } from "./job.ts";

const COLUMNS = `
  id, kind, subject, state, air_at AS airAt, failures, abandonments, not_before AS notBefore, worker, lease_until AS leaseUntil,
  began_at AS beganAt, CASE state WHEN 'done' THEN 100 ELSE 0 END AS progress, error, created_at AS createdAt, updated_at AS updatedAt`;

interface End {
  state: "done" | "failed" | "cancelled";
  error: string | null;
  /** `null` leaves the count as it is. */
  failures: number | null;
  now: number;
}

interface PutBack {
  failures: number;
  abandonments: number;
  notBefore: number;
  error: string | null;
  now: number;
}

/** Listening is short, and an editor waits for what it finds. */
const MOST_URGENT = "kind <> 'listen', air_at IS NULL, air_at, kind = 'picture', id";
/** SQLite's word for "without a limit". */
const ALL = -1;

export type JobStore = ReturnType<typeof createJobStore>;

export function createJobStore(db: Database) {
  const get = db.prepare<[string], Job>(`SELECT ${COLUMNS} FROM jobs WHERE id = ?`);
  const latest = db.prepare<[string, string], Job>(
    `SELECT ${COLUMNS} FROM jobs WHERE kind = ? AND subject = ? ORDER BY id DESC LIMIT 1`,
  );
  const page = db.prepare<{ state: string | null; before: string; limit: number }, Job>(
    `SELECT ${COLUMNS} FROM jobs
     WHERE (@state IS NULL OR state = @state) AND id < @before ORDER BY id DESC LIMIT @limit`,
  );
  // One open job for each subject, however often it is asked for.
  const add = db.prepare<{ id: string; kind: JobKind; subject: string; airAt: number | null; now: number }>(`
    INSERT INTO jobs (id, kind, subject, state, air_at, created_at, updated_at)
    VALUES (@id, @kind, @subject, 'queued', @airAt, @now, @now)
    ON CONFLICT (kind, subject) WHERE state IN ('queued', 'running') DO UPDATE
    SET air_at = coalesce(excluded.air_at, air_at)`);
  const claim = db.prepare<{ worker: string; now: number; leaseUntil: number; pictures: number }, Job>(`
    UPDATE jobs
    SET state = 'running', worker = @worker, lease_until = @leaseUntil, began_at = @now,
        error = NULL, updated_at = @now
    WHERE id = (
      SELECT id FROM jobs
      WHERE state = 'queued' AND not_before <= @now AND (kind <> 'picture' OR @pictures)
      ORDER BY ${MOST_URGENT}
      LIMIT 1)
    RETURNING ${COLUMNS}`);
  const extend = db.prepare<{ id: string; worker: string; leaseUntil: number }>(`
    UPDATE jobs SET lease_until = @leaseUntil WHERE id = @id AND state = 'running' AND worker = @worker`);
  const end = db.prepare<End & { id: string }>(`
    UPDATE jobs
    SET state = @state, error = @error, failures = coalesce(@failures, failures), worker = NULL, lease_until = NULL, updated_at = @now
    WHERE id = @id AND state IN ('queued', 'running')`);
  const putBack = db.prepare<PutBack & { id: string }>(`
    UPDATE jobs
    SET state = 'queued', worker = NULL, lease_until = NULL, failures = @failures, abandonments = @abandonments,
        not_before = @notBefore, error = @error, updated_at = @now
    WHERE id = @id AND state = 'running'`);
  const open = db.prepare<[number], Job>(
    `SELECT ${COLUMNS} FROM jobs WHERE state IN ('queued', 'running')
     ORDER BY state = 'queued', ${MOST_URGENT} LIMIT ?`,
  );
  const countOpen = db.prepare<[], { count: number }>(
    "SELECT count(*) AS count FROM jobs WHERE state IN ('queued', 'running')",
  );
  const abandonable = db.prepare<{ worker: string; now: number }, Job>(
    `SELECT ${COLUMNS} FROM jobs WHERE state = 'running' AND (worker = @worker OR lease_until <= @now)`,
  );
  const endLeases = db.prepare<{ worker: string }>(
    "UPDATE jobs SET lease_until = 0 WHERE state = 'running' AND worker <> @worker",
  );
  const nextDue = db.prepare<[], { at: number | null }>(
    "SELECT min(not_before) AS at FROM jobs WHERE state = 'queued'",
  );
  const setAirAt = db.prepare<{ subject: string; airAt: number | null }>(`
    UPDATE jobs SET air_at = @airAt
    WHERE subject = @subject AND state IN ('queued', 'running') AND air_at IS NOT @airAt`);
  const forget = db.prepare<{ before: number }>(
    "DELETE FROM jobs WHERE state IN ('done', 'failed', 'cancelled') AND updated_at < @before",
  );

  return {
    get: (id: string): Job | null => get.get(id) ?? null,
    /** The newest job of a subject, whatever became of it. */
    latest: (kind: JobKind, subject: string): Job | null => latest.get(kind, subject) ?? null,
    /** What is running, then what is queued, the most urgent first: `limit` of them. */
    open: (limit = ALL): Job[] => open.all(limit),
    countOpen: (): number => countOpen.get()?.count ?? 0,
    /** Newest first. */
    page: (state: JobState | null, before: string, limit: number): Job[] =>
      page.all({ state, before, limit }),
    add: (job: { kind: JobKind; subject: string; airAt: number | null; now: number }): void =>
      void add.run({ ...job, id: uuidv7() }),
    /** Takes the most urgent job; one statement, so one transaction. */
    claim: (worker: string, now: number, leaseUntil: number, pictures: boolean): Job | null =>
      claim.get({ worker, now, leaseUntil, pictures: pictures ? 1 : 0 }) ?? null,
    /** False when the job is no longer this worker's. */
    extend: (id: string, worker: string, leaseUntil: number): boolean =>
      extend.run({ id, worker, leaseUntil }).changes === 1,
    /** False when it had ended already. */
    end: (id: string, ending: End): boolean => end.run({ id, ...ending }).changes === 1,
    /** False when it was not running. */
    putBack: (id: string, back: PutBack): boolean => putBack.run({ id, ...back }).changes === 1,
    /** Running jobs that gave no sign of life in time, and all of this worker, which knows what it works on. */
    abandonable: (worker: string, now: number): Job[] => abandonable.all({ worker, now }),
    /** No other worker is alive: only one server runs on a data folder. */
    endOthersLeases: (worker: string): void => void endLeases.run({ worker }),
    nextDue: (): number | null => nextDue.get()?.at ?? null,
    setAirAt: (subject: string, airAt: number | null): void => void setAirAt.run({ subject, airAt }),
    forget: (before: number): number => forget.run({ before }).changes,
  };
}
