import type { Database } from "../db/open.ts";
import type { Asset, Rendition } from "./media.ts";

/** What is known of a rendition once its file is in the library. */
export interface FinishedRendition {
  sha256: string;
  bytes: number;
  mime: string;
  durationMs: number;
  loudnessLufs: number;
  truePeakDbtp: number;
}

const ASSET_COLUMNS = `
  sha256, bytes, kind, container, audio_codec AS audioCodec, video_codec AS videoCodec, duration_ms AS durationMs,
  original_name AS originalName, created_at AS createdAt`;

const RENDITION_COLUMNS = `
  id, asset_sha256 AS assetSha256, profile, state, progress, attempts, error, sha256, bytes, mime,
  duration_ms AS durationMs, loudness_lufs AS loudnessLufs, true_peak_dbtp AS truePeakDbtp,
  created_at AS createdAt, updated_at AS updatedAt`;

export type MediaStore = ReturnType<typeof createMediaStore>;

export function createMediaStore(db: Database) {
  const assetOf = db.prepare<[string], Asset>(`SELECT ${ASSET_COLUMNS} FROM assets WHERE sha256 = ?`);
  const insertAsset = db.prepare<Asset>(`
    INSERT INTO assets (sha256, bytes, kind, container, audio_codec, video_codec, duration_ms, original_name, created_at)
    VALUES (@sha256, @bytes, @kind, @container, @audioCodec, @videoCodec, @durationMs, @originalName, @createdAt)`);

  const rendition = db.prepare<[string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE id = ?`,
  );
  const renditionsOf = db.prepare<[string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE asset_sha256 = ? ORDER BY profile`,
  );
  const renditionFor = db.prepare<[string, string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE asset_sha256 = ? AND profile = ?`,
  );
  const readyRendition = db.prepare<[string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE sha256 = ? AND state = 'ready' LIMIT 1`,
  );
  // Made once however often it is asked for; a failed one is tried again.
  const queueRendition = db.prepare<{ id: string; assetSha256: string; profile: string; now: number }>(`
    INSERT INTO renditions (id, asset_sha256, profile, state, created_at, updated_at)
    VALUES (@id, @assetSha256, @profile, 'queued', @now, @now)
    ON CONFLICT (asset_sha256, profile) DO UPDATE
    SET state = 'queued', progress = 0, attempts = 0, error = NULL, updated_at = @now
    WHERE state = 'failed'`);
  const retry = db.prepare<{ id: string; now: number }>(`
    UPDATE renditions SET state = 'queued', progress = 0, attempts = 0, error = NULL, updated_at = @now
    WHERE id = @id AND state = 'failed'`);

  const claim = db.prepare<{ now: number }, Rendition>(`
    UPDATE renditions SET state = 'running', progress = 0, attempts = attempts + 1, error = NULL, updated_at = @now
    WHERE id = (SELECT id FROM renditions WHERE state = 'queued' ORDER BY created_at, id LIMIT 1)
    RETURNING ${RENDITION_COLUMNS}`);
  const saveProgress = db.prepare<{ id: string; progress: number; now: number }>(`
    UPDATE renditions SET progress = @progress, updated_at = @now WHERE id = @id AND state = 'running'`);
  const markReady = db.prepare<FinishedRendition & { id: string; now: number }>(`
    UPDATE renditions
    SET state = 'ready', progress = 100, error = NULL, sha256 = @sha256, bytes = @bytes, mime = @mime,
        duration_ms = @durationMs, loudness_lufs = @loudnessLufs, true_peak_dbtp = @truePeakDbtp, updated_at = @now
    WHERE id = @id AND state = 'running'`);
  const markFailed = db.prepare<{ id: string; error: string; now: number }>(`
    UPDATE renditions SET state = 'failed', error = @error, updated_at = @now WHERE id = @id AND state = 'running'`);
  // An orderly stop is no attempt.
  const putBack = db.prepare<{ id: string; now: number }>(`
    UPDATE renditions SET state = 'queued', progress = 0, attempts = attempts - 1, updated_at = @now
    WHERE id = @id AND state = 'running'`);
  const failAbandoned = db.prepare<{ maxAttempts: number; error: string; now: number }>(`
    UPDATE renditions SET state = 'failed', error = @error, updated_at = @now
    WHERE state = 'running' AND attempts >= @maxAttempts`);
  const requeueAbandoned = db.prepare<{ now: number }>(`
    UPDATE renditions SET state = 'queued', progress = 0, updated_at = @now WHERE state = 'running'`);

  return {
    assetOf: (sha256: string): Asset | null => assetOf.get(sha256) ?? null,
    insertAsset: (asset: Asset): void => void insertAsset.run(asset),
    rendition: (id: string): Rendition | null => rendition.get(id) ?? null,
    renditionsOf: (assetSha256: string): Rendition[] => renditionsOf.all(assetSha256),
    renditionFor: (assetSha256: string, profile: string): Rendition | null =>
      renditionFor.get(assetSha256, profile) ?? null,
    /** A ready rendition whose file has this SHA-256. */
    readyRendition: (sha256: string): Rendition | null => readyRendition.get(sha256) ?? null,
    queueRendition: (row: { id: string; assetSha256: string; profile: string; now: number }): void =>
      void queueRendition.run(row),
    /** False when it has not failed. */
    retry: (id: string, now: number): boolean => retry.run({ id, now }).changes === 1,
    /** Takes the oldest queued rendition; one statement, so one transaction. */
    claim: (now: number): Rendition | null => claim.get({ now }) ?? null,
    saveProgress: (id: string, progress: number, now: number): void =>
      void saveProgress.run({ id, progress, now }),
    markReady: (id: string, finished: FinishedRendition, now: number): void =>
      void markReady.run({ ...finished, id, now }),
    markFailed: (id: string, error: string, now: number): void => void markFailed.run({ id, error, now }),
    putBack: (id: string, now: number): void => void putBack.run({ id, now }),
    /** What ran when the process died goes back, except what was there `maxAttempts` times already. */
    recover: db.transaction((maxAttempts: number, error: string, now: number): void => {
      failAbandoned.run({ maxAttempts, error, now });
      requeueAbandoned.run({ now });
    }),
  };
}
