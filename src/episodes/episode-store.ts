import type { Database } from "../db/open.ts";
import type { ContentFilter } from "../programmes/content.ts";
import type { Episode, Segment } from "./episode.ts";

type EpisodeRow = Omit<Episode, "segments">;
type SegmentRow = Omit<Segment, "trim"> & {
  episodeId: string;
  trimFromMs: number | null;
  trimToMs: number | null;
};

const COLUMNS = `id, programme_id AS programmeId, number, title, composition_id AS compositionId, approved_at AS approvedAt, version,
  created_at AS createdAt, updated_at AS updatedAt`;

export function createEpisodeStore(db: Database) {
  const insertEpisode = db.prepare(
    `INSERT INTO episodes (id, programme_id, number, title, created_at, updated_at)
     VALUES (@id, @programmeId, @number, @title, @createdAt, @createdAt)`,
  );
  const insertSegment = db.prepare(
    `INSERT INTO segments (id, episode_id, position, name, title, asset_sha256, trim_from_ms, trim_to_ms, composition_id)
     VALUES (@id, @episodeId, @position, @name, @title, @assetSha256, @trimFromMs, @trimToMs, @compositionId)`,
  );
  const nextVersion = db.prepare("UPDATE episodes SET version = version + 1 WHERE id = ?");
  const deleteSegments = db.prepare("DELETE FROM segments WHERE episode_id = ?");
  const selectOne = db.prepare<[string], EpisodeRow>(`SELECT ${COLUMNS} FROM episodes WHERE id = ?`);
  const selectPage = db.prepare<
    { programmeId: string | null; approved: 0 | 1 | null; before: string; limit: number },
    EpisodeRow
  >(
    `SELECT ${COLUMNS} FROM episodes
     WHERE (@programmeId IS NULL OR programme_id = @programmeId)
       AND (@approved IS NULL OR (approved_at IS NOT NULL) = @approved) AND id < @before
     ORDER BY id DESC LIMIT @limit`,
  );
  const selectApproved = db.prepare<[string, number], EpisodeRow>(
    `SELECT ${COLUMNS} FROM episodes
     WHERE programme_id = ? AND number >= ? AND approved_at IS NOT NULL ORDER BY number`,
  );
  const selectNumber = db.prepare<[string, number], { id: string }>(
    "SELECT id FROM episodes WHERE programme_id = ? AND number = ?",
  );
  const selectWithRecording = db.prepare<[string], { id: string }>(
    "SELECT DISTINCT episode_id AS id FROM segments WHERE asset_sha256 = ?",
  );
  const selectSegments = db.prepare<[string], SegmentRow>(
    `SELECT id, episode_id AS episodeId, position, name, title, asset_sha256 AS assetSha256,
       trim_from_ms AS trimFromMs, trim_to_ms AS trimToMs, composition_id AS compositionId
     FROM segments WHERE episode_id IN (SELECT value FROM json_each(?)) ORDER BY episode_id, position`,
  );
  const updateTitle = db.prepare("UPDATE episodes SET title = ?, updated_at = ? WHERE id = ?");
  const updateComposition = db.prepare("UPDATE episodes SET composition_id = ? WHERE id = ?");
  const selectUnapproved = db.prepare<[string], EpisodeRow>(
    `SELECT ${COLUMNS} FROM episodes WHERE programme_id = ? AND approved_at IS NULL ORDER BY number`,
  );
  const selectCompositions = db.prepare<[], { id: string }>(
    `SELECT composition_id AS id FROM segments WHERE composition_id IS NOT NULL
     UNION SELECT composition_id FROM episodes WHERE composition_id IS NOT NULL`,
  );
  const selectUsing = db.prepare<{ compositionId: string }, { id: string }>(
    `SELECT episode_id AS id FROM segments WHERE composition_id = @compositionId
     UNION SELECT id FROM episodes WHERE composition_id = @compositionId`,
  );
  const updateApproval = db.prepare(
    "UPDATE episodes SET approved_at = @approvedAt, updated_at = @now WHERE id = @id",
  );

  /** Two queries however many episodes there are. */
  function withSegments(rows: EpisodeRow[]): Episode[] {
    const segments = Map.groupBy(
      selectSegments.all(JSON.stringify(rows.map((row) => row.id))),
      (segment) => segment.episodeId,
    );
    return rows.map((row) => ({
      ...row,
      segments: (segments.get(row.id) ?? []).map(toSegment),
    }));
  }

  return {
    insert(episode: Pick<Episode, "id" | "programmeId" | "number" | "title" | "createdAt">) {
      insertEpisode.run(episode);
    },
    replaceSegments(episodeId: string, segments: Segment[]) {
      nextVersion.run(episodeId);
      deleteSegments.run(episodeId);
      for (const { trim, ...segment } of segments) {
        insertSegment.run({
          ...segment,
          episodeId,
          trimFromMs: trim?.fromMs ?? null,
          trimToMs: trim?.toMs ?? null,
        });
      }
    },
    get(id: string): Episode | null {
      const row = selectOne.get(id);
      return row ? (withSegments([row])[0] ?? null) : null;
    },
    page: ({ programmeId, approved }: ContentFilter, before: string, limit: number) =>
      withSegments(
        selectPage.all({ programmeId, approved: approved === null ? null : approved ? 1 : 0, before, limit }),
      ),
    approved: (programmeId: string, fromNumber: number) =>
      withSegments(selectApproved.all(programmeId, fromNumber)),
    idOf: (programmeId: string, number: number) => selectNumber.get(programmeId, number)?.id ?? null,
    withRecording: (sha256: string) => selectWithRecording.all(sha256).map(({ id }) => id),
    updateTitle: (id: string, title: string, now: number) => void updateTitle.run(title, now, id),
    setComposition: (id: string, compositionId: string | null) =>
      void updateComposition.run(compositionId, id),
    unapproved: (programmeId: string) => withSegments(selectUnapproved.all(programmeId)),
    using: (compositionId: string) => selectUsing.all({ compositionId }).map(({ id }) => id),
    compositions: () => selectCompositions.all().map(({ id }) => id),
    setApproved: (id: string, approvedAt: number | null, now: number) =>
      void updateApproval.run({ id, approvedAt, now }),
  };
}

function toSegment({ episodeId: _, trimFromMs, trimToMs, ...segment }: SegmentRow): Segment {
  return {
    ...segment,
    trim: trimFromMs === null || trimToMs === null ? null : { fromMs: trimFromMs, toMs: trimToMs },
  };
}

export type EpisodeStore = ReturnType<typeof createEpisodeStore>;
