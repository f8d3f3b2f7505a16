import type { Database } from "../db/open.ts";
import type { ContentFilter } from "../programmes/content.ts";
import type { Trim } from "../programmes/programme-sound.ts";

/** One numbered class of a lecture programme. */
export interface Session {
  id: string;
  programmeId: string;
  number: number;
  topic: string;
  /** Roles or names of who speaks, as they are to be shown. */
  speakers: string[];
  /** The parts of the class, in order. */
  modules: string[];
  assetSha256: string | null;
  trim: Trim | null;
  /** What is rendered of it; `null` without a recording. */
  compositionId: string | null;
  approvedAt: number | null;
  createdAt: number;
  updatedAt: number;
}

type Row = Omit<Session, "speakers" | "modules" | "trim"> & {
  speakers: string;
  modules: string;
  trimFromMs: number | null;
  trimToMs: number | null;
};

const COLUMNS = `id, programme_id AS programmeId, number, topic, speakers, modules, asset_sha256 AS assetSha256,
  trim_from_ms AS trimFromMs, trim_to_ms AS trimToMs, composition_id AS compositionId,
  approved_at AS approvedAt, created_at AS createdAt, updated_at AS updatedAt`;

const toSession = ({ trimFromMs, trimToMs, ...row }: Row): Session => ({
  ...row,
  trim: trimFromMs === null || trimToMs === null ? null : { fromMs: trimFromMs, toMs: trimToMs },
  speakers: JSON.parse(row.speakers) as string[],
  modules: JSON.parse(row.modules) as string[],
});

export function createSessionStore(db: Database) {
  const insert = db.prepare(
    `INSERT INTO sessions (id, programme_id, number, topic, speakers, modules, created_at, updated_at)
     VALUES (@id, @programmeId, @number, @topic, @speakers, @modules, @now, @now)`,
  );
  const selectOne = db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM sessions WHERE id = ?`);
  const selectPage = db.prepare<
    { programmeId: string | null; approved: 0 | 1 | null; before: string; limit: number },
    Row
  >(
    `SELECT ${COLUMNS} FROM sessions
     WHERE (@programmeId IS NULL OR programme_id = @programmeId)
       AND (@approved IS NULL OR (approved_at IS NOT NULL) = @approved) AND id < @before
     ORDER BY id DESC LIMIT @limit`,
  );
  const selectApproved = db.prepare<[string, number], Row>(
    `SELECT ${COLUMNS} FROM sessions
     WHERE programme_id = ? AND number >= ? AND approved_at IS NOT NULL ORDER BY number`,
  );
  const selectNumber = db.prepare<[string, number], { id: string }>(
    "SELECT id FROM sessions WHERE programme_id = ? AND number = ?",
  );
  const selectWithRecording = db.prepare<[string], { id: string }>(
    "SELECT id FROM sessions WHERE asset_sha256 = ?",
  );
  const update = db.prepare(
    `UPDATE sessions SET topic = @topic, speakers = @speakers, modules = @modules, updated_at = @now WHERE id = @id`,
  );
  const updateRecording = db.prepare(
    `UPDATE sessions SET asset_sha256 = @assetSha256, trim_from_ms = @trimFromMs, trim_to_ms = @trimToMs,
       composition_id = @compositionId, updated_at = @now WHERE id = @id`,
  );
  const selectUnapproved = db.prepare<[string], Row>(
    `SELECT ${COLUMNS} FROM sessions WHERE programme_id = ? AND approved_at IS NULL ORDER BY number`,
  );
  const selectCompositions = db.prepare<[], { id: string }>(
    "SELECT DISTINCT composition_id AS id FROM sessions WHERE composition_id IS NOT NULL",
  );
  const selectUsing = db.prepare<{ compositionId: string }, { id: string }>(
    "SELECT id FROM sessions WHERE composition_id = @compositionId",
  );
  const updateApproval = db.prepare(
    "UPDATE sessions SET approved_at = @approvedAt, updated_at = @now WHERE id = @id",
  );
  type Written = Pick<Session, "id" | "topic" | "speakers" | "modules">;
  const asRow = (session: Written, now: number) => ({
    id: session.id,
    topic: session.topic,
    speakers: JSON.stringify(session.speakers),
    modules: JSON.stringify(session.modules),
    now,
  });

  return {
    insert: (session: Written & Pick<Session, "programmeId" | "number">, now: number) =>
      void insert.run({ ...asRow(session, now), programmeId: session.programmeId, number: session.number }),
    get: (id: string) => {
      const row = selectOne.get(id);
      return row ? toSession(row) : null;
    },
    page: ({ programmeId, approved }: ContentFilter, before: string, limit: number) =>
      selectPage
        .all({ programmeId, approved: approved === null ? null : approved ? 1 : 0, before, limit })
        .map(toSession),
    approved: (programmeId: string, fromNumber: number) =>
      selectApproved.all(programmeId, fromNumber).map(toSession),
    withRecording: (sha256: string) => selectWithRecording.all(sha256).map(({ id }) => id),
    idOf: (programmeId: string, number: number) => selectNumber.get(programmeId, number)?.id ?? null,
    update: (session: Written, now: number) => void update.run(asRow(session, now)),
    setRecording: (
      {
        id,
        assetSha256,
        trim,
        compositionId,
      }: Pick<Session, "id" | "assetSha256" | "trim" | "compositionId">,
      now: number,
    ) =>
      void updateRecording.run({
        id,
        assetSha256,
        compositionId,
        trimFromMs: trim?.fromMs ?? null,
        trimToMs: trim?.toMs ?? null,
        now,
      }),
    unapproved: (programmeId: string) => selectUnapproved.all(programmeId).map(toSession),
    using: (compositionId: string) => selectUsing.all({ compositionId }).map(({ id }) => id),
    compositions: () => selectCompositions.all().map(({ id }) => id),
    setApproved: (id: string, approvedAt: number | null, now: number) =>
      void updateApproval.run({ id, approvedAt, now }),
  };
}
export type SessionStore = ReturnType<typeof createSessionStore>;
