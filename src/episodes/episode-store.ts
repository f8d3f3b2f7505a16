import type { Database } from "../db/open.ts";
import type { Episode, Segment } from "./episode.ts";

type EpisodeRow = Omit<Episode, "segments">;
type SegmentRow = Segment & { episodeId: string };

const COLUMNS = `id, programme_id AS programmeId, number, title, approved_at AS approvedAt,
  approved_by AS approvedBy, created_at AS createdAt, updated_at AS updatedAt`;

export function createEpisodeStore(db: Database) {
  const insertEpisode = db.prepare(
    `INSERT INTO episodes (id, programme_id, number, title, created_at, updated_at)
     VALUES (@id, @programmeId, @number, @title, @createdAt, @createdAt)`,
  );
  const insertSegment = db.prepare(
    `INSERT INTO segments (id, episode_id, position, name, title, asset_sha256)
     VALUES (@id, @episodeId, @position, @name, @title, @assetSha256)`,
  );
  const deleteSegments = db.prepare("DELETE FROM segments WHERE episode_id = ?");
  const selectOne = db.prepare<[string], EpisodeRow>(`SELECT ${COLUMNS} FROM episodes WHERE id = ?`);
  const selectPage = db.prepare<{ programmeId: string | null; before: string; limit: number }, EpisodeRow>(
    `SELECT ${COLUMNS} FROM episodes
     WHERE (@programmeId IS NULL OR programme_id = @programmeId) AND id < @before ORDER BY id DESC LIMIT @limit`,
  );
  const selectApproved = db.prepare<[string, number], EpisodeRow>(
    `SELECT ${COLUMNS} FROM episodes
     WHERE programme_id = ? AND number >= ? AND approved_at IS NOT NULL ORDER BY number`,
  );
  const selectNumber = db.prepare<[string, number], { id: string }>(
    "SELECT id FROM episodes WHERE programme_id = ? AND number = ?",
  );
  const selectSegments = db.prepare<[string], SegmentRow>(
    `SELECT id, episode_id AS episodeId, position, name, title, asset_sha256 AS assetSha256
     FROM segments WHERE episode_id IN (SELECT value FROM json_each(?)) ORDER BY episode_id, position`,
  );
  const updateTitle = db.prepare("UPDATE episodes SET title = ?, updated_at = ? WHERE id = ?");
  const updateAsset = db.prepare(
    "UPDATE segments SET asset_sha256 = ? WHERE episode_id = ? AND position = ?",
  );
  const updateApproval = db.prepare(
    "UPDATE episodes SET approved_at = @approvedAt, approved_by = @approvedBy, updated_at = @now WHERE id = @id",
  );

  /** Two queries however many episodes there are. */
  function withSegments(rows: EpisodeRow[]): Episode[] {
    const segments = Map.groupBy(
      selectSegments.all(JSON.stringify(rows.map((row) => row.id))),
      (segment) => segment.episodeId,
    );
    return rows.map((row) => ({
      ...row,
      segments: (segments.get(row.id) ?? []).map(({ episodeId: _, ...segment }) => segment),
    }));
  }

  return {
    insert(episode: Omit<Episode, "segments" | "approvedAt" | "approvedBy" | "updatedAt">) {
      insertEpisode.run(episode);
    },
    replaceSegments(episodeId: string, segments: Segment[]) {
      deleteSegments.run(episodeId);
      for (const segment of segments) insertSegment.run({ ...segment, episodeId });
    },
    get(id: string): Episode | null {
      const row = selectOne.get(id);
      return row ? (withSegments([row])[0] ?? null) : null;
    },
    page: (programmeId: string | null, before: string, limit: number) =>
      withSegments(selectPage.all({ programmeId, before, limit })),
    approved: (programmeId: string, fromNumber: number) =>
      withSegments(selectApproved.all(programmeId, fromNumber)),
    hasNumber: (programmeId: string, number: number) => selectNumber.get(programmeId, number) !== undefined,
    updateTitle: (id: string, title: string, now: number) => void updateTitle.run(title, now, id),
    attachAsset: (id: string, position: number, sha256: string) => void updateAsset.run(sha256, id, position),
    setApproval: (id: string, approvedAt: number | null, approvedBy: string | null, now: number) =>
      void updateApproval.run({ id, approvedAt, approvedBy, now }),
  };
}
export type EpisodeStore = ReturnType<typeof createEpisodeStore>;
