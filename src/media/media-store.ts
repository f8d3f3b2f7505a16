import type { Database } from "../db/open.ts";
import type { Composition } from "./composition.ts";
import { type Asset, LIVE_MIME, type Maker, type Rendition } from "./media.ts";

/** What is known of a rendition once its file is in the library. */
export type FinishedRendition = Pick<
  Rendition,
  "sha256" | "bytes" | "mime" | "durationMs" | "loudnessLufs" | "truePeakDbtp" | "loudnessBy"
>;

interface NewRendition {
  id: string;
  compositionId: string;
  profile: string;
  derivation: string;
  now: number;
}

/** A file that belongs to a rendition beside its own. */
export interface RenditionPart {
  sha256: string;
  bytes: number;
  mime: string;
}

type AssetRow = Omit<Asset, "probe" | "synthetic" | "listening"> & {
  probe: string;
  synthetic: string | null;
  listening: string | null;
};

const ASSET_COLUMNS = `
  sha256, bytes, probe, duration_ms AS durationMs, original_name AS originalName, synthetic, listening,
  created_at AS createdAt`;

const RENDITION_COLUMNS = `
  id, composition_id AS compositionId, profile, derivation, state, error, sha256, bytes, mime,
  duration_ms AS durationMs, loudness_lufs AS loudnessLufs, true_peak_dbtp AS truePeakDbtp, loudness_by AS loudnessBy,
  created_at AS createdAt, updated_at AS updatedAt`;

const toAsset = ({ probe, synthetic, listening, ...row }: AssetRow): Asset => ({
  ...row,
  probe: JSON.parse(probe) as Asset["probe"],
  synthetic: synthetic === null ? null : (JSON.parse(synthetic) as NonNullable<Asset["synthetic"]>),
  listening: listening === null ? null : (JSON.parse(listening) as NonNullable<Asset["listening"]>),
});

export type MediaStore = ReturnType<typeof createMediaStore>;

export function createMediaStore(db: Database) {
  const assetOf = db.prepare<[string], AssetRow>(`SELECT ${ASSET_COLUMNS} FROM assets WHERE sha256 = ?`);
  const insertAsset = db.prepare<AssetRow>(`
    INSERT INTO assets (sha256, bytes, probe, duration_ms, original_name, synthetic, listening, created_at,
                        last_received_at)
    VALUES (@sha256, @bytes, @probe, @durationMs, @originalName, @synthetic, @listening, @createdAt, @createdAt)`);
  const receivedAgain = db.prepare<[number, string | null, string]>(
    "UPDATE assets SET last_received_at = ?, synthetic = COALESCE(synthetic, ?) WHERE sha256 = ?",
  );
  const setListening = db.prepare<[string, number, string]>(
    "UPDATE assets SET listening = ?, duration_ms = ? WHERE sha256 = ?",
  );
  const addMaker = db.prepare<{ sha256: string; userId: string; at: number }>(
    `INSERT INTO asset_makers (sha256, user_id, at) VALUES (@sha256, @userId, @at)
     ON CONFLICT DO UPDATE SET at = excluded.at`,
  );
  const selectMakers = db.prepare<[string], Maker>(
    `SELECT user_id AS id, name, at FROM asset_makers JOIN users ON users.id = user_id
     WHERE sha256 = ? ORDER BY at`,
  );
  const makersOf = db
    .prepare<[string], string>(
      `SELECT DISTINCT user_id FROM asset_makers
       WHERE sha256 IN (SELECT asset_sha256 FROM composition_assets WHERE composition_id = ?)`,
    )
    .pluck();
  const unheard = db.prepare<[], { sha256: string }>("SELECT sha256 FROM assets WHERE listening IS NULL");

  const composition = db.prepare<[string], { definition: string }>(
    "SELECT definition FROM compositions WHERE id = ?",
  );
  const insertComposition = db.prepare<[string, string, number]>(
    "INSERT INTO compositions (id, definition, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const insertCompositionAsset = db.prepare<[string, string]>(
    "INSERT INTO composition_assets (composition_id, asset_sha256) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );

  const rendition = db.prepare<[string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE id = ?`,
  );
  const renditionsOf = db.prepare<[string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE composition_id = ? ORDER BY profile, created_at, id`,
  );
  const readyRendition = db.prepare<[string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE sha256 = ? AND state = 'ready' LIMIT 1`,
  );
  const readyTwin = db.prepare<[string], Rendition>(
    `SELECT ${RENDITION_COLUMNS} FROM renditions WHERE derivation = ? AND state = 'ready' LIMIT 1`,
  );
  const part = db.prepare<{ sha256: string }, RenditionPart>(`
    SELECT sha256, bytes, mime FROM rendition_parts WHERE sha256 = @sha256
    UNION ALL SELECT sha256, bytes, '${LIVE_MIME}' FROM live_parts WHERE sha256 = @sha256 LIMIT 1`);
  const insertPart = db.prepare<RenditionPart & { id: string }>(`
    INSERT INTO rendition_parts (rendition_id, sha256, bytes, mime) VALUES (@id, @sha256, @bytes, @mime)
    ON CONFLICT DO NOTHING`);
  const copyParts = db.prepare<{ from: string; to: string }>(`
    INSERT INTO rendition_parts (rendition_id, sha256, bytes, mime)
    SELECT @to, sha256, bytes, mime FROM rendition_parts WHERE rendition_id = @from`);
  const cover = db.prepare<[string], { bytes: number }>("SELECT bytes FROM covers WHERE sha256 = ?");
  const receiveCover = db.prepare<{ sha256: string; bytes: number; now: number }>(`
    INSERT INTO covers (sha256, bytes, created_at, last_received_at) VALUES (@sha256, @bytes, @now, @now)
    ON CONFLICT (sha256) DO UPDATE SET last_received_at = excluded.last_received_at`);
  // Made once however often it is asked for; a failed one is tried again.
  const queue = db.prepare<NewRendition & { failedToo: number }>(`
    INSERT INTO renditions (id, composition_id, profile, derivation, state, created_at, updated_at)
    VALUES (@id, @compositionId, @profile, @derivation, 'queued', @now, @now)
    ON CONFLICT (composition_id, profile, derivation) DO UPDATE
    SET state = 'queued', error = NULL, updated_at = @now
    WHERE @failedToo AND state IN ('failed', 'cancelled')`);
  const setState = db.prepare<{ id: string; state: string; error: string | null; now: number }>(`
    UPDATE renditions SET state = @state, error = @error, updated_at = @now
    WHERE id = @id AND state IN ('queued', 'running')`);
  const requeue = db.prepare<{ id: string; now: number }>(`
    UPDATE renditions SET state = 'queued', error = NULL, updated_at = @now
    WHERE id = @id AND state IN ('failed', 'cancelled')`);
  const makeAnew = db.prepare<{ id: string; now: number }>(`
    UPDATE renditions SET state = 'queued', error = NULL, updated_at = @now WHERE id = @id AND state = 'ready'`);
  const readyWith = db.prepare<{ sha256: string }, Pick<Rendition, "id" | "compositionId">>(`
    SELECT id, composition_id AS compositionId FROM renditions
    WHERE state = 'ready'
      AND (sha256 = @sha256 OR id IN (SELECT rendition_id FROM rendition_parts WHERE sha256 = @sha256))`);
  const markReady = db.prepare<FinishedRendition & { id: string; now: number }>(`
    UPDATE renditions
    SET state = 'ready', error = NULL, sha256 = @sha256, bytes = @bytes, mime = @mime, duration_ms = @durationMs,
        loudness_lufs = @loudnessLufs, true_peak_dbtp = @truePeakDbtp, loudness_by = @loudnessBy, updated_at = @now
    WHERE id = @id AND state IN ('queued', 'running')`);
  const unfinished = db.prepare<[], { compositionId: string }>(
    "SELECT DISTINCT composition_id AS compositionId FROM renditions WHERE state IN ('queued', 'running')",
  );

  return {
    assetOf: (sha256: string): Asset | null => {
      const row = assetOf.get(sha256);
      return row ? toAsset(row) : null;
    },
    insertAsset: (asset: Asset): void =>
      void insertAsset.run({
        ...asset,
        probe: JSON.stringify(asset.probe),
        synthetic: asset.synthetic && JSON.stringify(asset.synthetic),
        listening: asset.listening && JSON.stringify(asset.listening),
      }),
    /** The bytes of a known asset came in again. */
    /** The first word on where it came from stays: the same bytes may be spoken from several texts. */
    receivedAgain: ({ sha256, synthetic }: Pick<Asset, "sha256" | "synthetic">, now: number): void =>
      void receivedAgain.run(now, synthetic && JSON.stringify(synthetic), sha256),
    addMaker: (sha256: string, userId: string, at: number): void => void addMaker.run({ sha256, userId, at }),
    makersOfRecording: (sha256: string): Maker[] => selectMakers.all(sha256),
    makersOf: (compositionId: string): string[] => makersOf.all(compositionId),
    /** What was heard is how long it is, whatever the file says. */
    setListening: (sha256: string, listening: NonNullable<Asset["listening"]>): void =>
      void setListening.run(JSON.stringify(listening), listening.durationMs, sha256),
    unheard: (): string[] => unheard.all().map(({ sha256 }) => sha256),

    composition: (id: string): Composition | null => {
      const row = composition.get(id);
      return row ? (JSON.parse(row.definition) as Composition) : null;
    },
    insertComposition(id: string, definition: string, assets: string[], now: number): void {
      insertComposition.run(id, definition, now);
      for (const sha256 of assets) insertCompositionAsset.run(id, sha256);
    },

    rendition: (id: string): Rendition | null => rendition.get(id) ?? null,
    /** By profile, then oldest first: of several derivations the newest is the last. */
    renditionsOf: (compositionId: string): Rendition[] => renditionsOf.all(compositionId),
    /** A ready rendition whose file has this SHA-256. */
    readyRendition: (sha256: string): Rendition | null => readyRendition.get(sha256) ?? null,
    /** A ready rendition with the bytes that this derivation would have. */
    readyTwin: (derivation: string): Rendition | null => readyTwin.get(derivation) ?? null,
    /** Of a rendition, or of what is spoken live. */
    partOf: (sha256: string): RenditionPart | null => part.get({ sha256 }) ?? null,
    coverOf: (sha256: string): { bytes: number } | null => cover.get(sha256) ?? null,
    /** Also of one that is known. */
    receiveCover: (sha256: string, bytes: number, now: number): void =>
      void receiveCover.run({ sha256, bytes, now }),
    copyParts: (from: string, to: string): void => void copyParts.run({ from, to }),
    queue: (row: NewRendition, failedToo: boolean): void =>
      void queue.run({ ...row, failedToo: failedToo ? 1 : 0 }),
    setState: (
      id: string,
      state: "queued" | "running" | "failed" | "cancelled",
      error: string | null,
      now: number,
    ) => void setState.run({ id, state, error, now }),
    /** False when it neither failed nor was cancelled. */
    requeue: (id: string, now: number): boolean => requeue.run({ id, now }).changes === 1,
    /** Every ready rendition that has this file, as its own or as a part. */
    readyWith: (sha256: string) => readyWith.all({ sha256 }),
    makeAnew: (id: string, now: number): void => void makeAnew.run({ id, now }),
    /** False, and nothing is recorded, when it is not to be made any more. */
    markReady(
      id: string,
      finished: FinishedRendition,
      parts: readonly RenditionPart[],
      now: number,
    ): boolean {
      if (markReady.run({ ...finished, id, now }).changes === 0) return false;
      for (const each of parts) insertPart.run({ ...each, id });
      return true;
    },
    /** Compositions with renditions that are still to be made. */
    unfinished: (): string[] => unfinished.all().map(({ compositionId }) => compositionId),
  };
}
