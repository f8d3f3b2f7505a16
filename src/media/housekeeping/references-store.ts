import type { Database } from "../../db/open.ts";

/** A file is garbage only when nothing anywhere names it, so this store reads the tables of every domain. */

export const GARBAGE_KINDS = ["composition", "rendition", "asset", "cover"] as const;
export type GarbageKind = (typeof GARBAGE_KINDS)[number];

/** A row, with its dependants, that nothing needs. */
export interface Garbage {
  kind: GarbageKind;
  /** SHA-256 of an asset or a composition's definition; id of a rendition. */
  id: string;
  /** What people know it by. */
  label: string;
  reason: string;
  /** Of its files, as its rows have it; files that others share are counted too. */
  bytes: number;
}

/** Up to when, in epoch milliseconds, something counts as young or as recently aired. */
export interface Cutoffs {
  now: number;
  keepSince: number;
  graceSince: number;
}

export interface KnownFile {
  sha256: string;
  bytes: number;
  /** Originals exist once; everything else can be made again. */
  original: 0 | 1;
}

const RESTORED = "restored_at IS NOT NULL AND expires_at > @now";

/** Its recording is all that is left of it, and is kept as what any broadcast aired. */
const SPOKEN_LIVE = `
  longest_ms IS NOT NULL
  AND id IN (SELECT id FROM broadcasts WHERE COALESCE(ends_at, start_at) > @keepSince)`;

/**
 * What is kept and why. `UNION ALL` throughout: SQLite then pushes a search for one id down into every arm, so that the
 * proof before each deletion costs a few index lookups.
 */
const KEPT = `
  kept_bytes (sha256, why) AS (
    SELECT file.sha256, 'broadcast ' || broadcast.id
    FROM (
      SELECT broadcast_id, sha256 FROM broadcast_items
      UNION ALL SELECT broadcast_id, stream_sha256 FROM broadcast_items WHERE stream_sha256 IS NOT NULL
    ) AS file JOIN broadcasts AS broadcast ON broadcast.id = file.broadcast_id
    WHERE broadcast.state IN ('planned', 'ready', 'frozen', 'on_air')
       OR COALESCE(broadcast.ends_at, broadcast.start_at) > @keepSince
    UNION ALL
    -- Signature, stings, closing, cover and whatever a programme's sound may name later.
    SELECT leaf.value, 'sound of programme ' || programme.slug
    FROM programmes AS programme, json_tree(programme.sound) AS leaf
    WHERE leaf.type = 'text' AND length(leaf.value) = 64 AND leaf.value NOT GLOB '*[^0-9a-f]*'
  ),
  kept_compositions (id, why) AS (
    SELECT composition_id, 'episode ' || id FROM episodes WHERE composition_id IS NOT NULL
    UNION ALL
    SELECT composition_id, 'segment ' || id FROM segments WHERE composition_id IS NOT NULL
    UNION ALL
    SELECT composition_id, 'session ' || id FROM sessions WHERE composition_id IS NOT NULL
    UNION ALL
    -- Later what it airs is kept as any broadcast's.
    SELECT composition_id, 'interrupt ' || id FROM interrupts WHERE composition_id IS NOT NULL AND id IN (
      SELECT id FROM broadcasts WHERE state = 'planned'
      UNION ALL SELECT id FROM emergencies WHERE state IN ('proposed', 'confirmed'))
    UNION ALL
    SELECT composition_id, 'spoken live, broadcast ' || id FROM interrupts
    WHERE composition_id IS NOT NULL AND ${SPOKEN_LIVE}
    UNION ALL
    SELECT subject, 'job ' || id FROM jobs WHERE state IN ('queued', 'running')
    UNION ALL
    SELECT id, 'younger than the grace period' FROM compositions WHERE created_at > @graceSince
    UNION ALL
    SELECT composition_id, 'rendition younger than the grace period' FROM renditions WHERE updated_at > @graceSince
    UNION ALL
    SELECT rendition.composition_id, kept.why
    FROM kept_bytes AS kept JOIN renditions AS rendition ON rendition.sha256 = kept.sha256
    UNION ALL
    SELECT rendition.composition_id, kept.why
    FROM kept_bytes AS kept
    JOIN rendition_parts AS part ON part.sha256 = kept.sha256
    JOIN renditions AS rendition ON rendition.id = part.rendition_id
    UNION ALL
    SELECT subject, 'restored' FROM trash WHERE kind = 'composition' AND ${RESTORED}
    UNION ALL
    SELECT rendition.composition_id, 'restored'
    FROM trash JOIN renditions AS rendition ON rendition.id = trash.subject
    WHERE trash.kind = 'rendition' AND ${RESTORED}
  ),
  kept_assets (sha256, why) AS (
    SELECT asset_sha256, 'segment ' || id FROM segments WHERE asset_sha256 IS NOT NULL
    UNION ALL
    SELECT asset_sha256, 'session ' || id FROM sessions WHERE asset_sha256 IS NOT NULL
    UNION ALL
    SELECT asset_sha256, 'interrupt ' || id FROM interrupts WHERE asset_sha256 IS NOT NULL AND id IN (
      SELECT id FROM broadcasts WHERE state = 'planned'
      UNION ALL SELECT id FROM emergencies WHERE state IN ('proposed', 'confirmed'))
    UNION ALL
    SELECT asset_sha256, 'spoken live, broadcast ' || id FROM interrupts
    WHERE asset_sha256 IS NOT NULL AND ${SPOKEN_LIVE}
    UNION ALL
    SELECT mark.value, 'interrupt ' || interrupts.id FROM interrupts, json_each(marks) AS mark
    WHERE interrupts.id IN (
      SELECT id FROM broadcasts WHERE state = 'planned'
      UNION ALL SELECT id FROM emergencies WHERE state IN ('proposed', 'confirmed'))
    UNION ALL
    SELECT subject, 'job ' || id FROM jobs WHERE state IN ('queued', 'running')
    UNION ALL
    SELECT sha256, 'received within the grace period' FROM assets WHERE last_received_at > @graceSince
    UNION ALL
    SELECT sha256, why FROM kept_bytes
    UNION ALL
    SELECT subject, 'restored' FROM trash WHERE kind = 'asset' AND ${RESTORED}
  ),
  kept_covers (sha256, why) AS (
    SELECT sha256, 'received within the grace period' FROM covers WHERE last_received_at > @graceSince
    UNION ALL
    SELECT sha256, why FROM kept_bytes
    UNION ALL
    SELECT subject, 'restored' FROM trash WHERE kind = 'cover' AND ${RESTORED}
  )`;

/** Another ready rendition of the same composition and profile took its place, longer ago than broadcasts are kept. */
const SUPERSEDED = `
  rendition.state IN ('ready', 'failed', 'cancelled')
  AND rendition.updated_at <= @graceSince
  AND EXISTS (
    SELECT 1 FROM renditions AS newer
    WHERE newer.composition_id = rendition.composition_id AND newer.profile = rendition.profile
      AND newer.state = 'ready' AND newer.updated_at <= @keepSince
      AND (newer.updated_at, newer.id) > (rendition.updated_at, rendition.id))
  AND NOT EXISTS (SELECT 1 FROM jobs WHERE state IN ('queued', 'running') AND subject = rendition.composition_id)
  AND NOT EXISTS (SELECT 1 FROM trash WHERE kind = 'rendition' AND subject = rendition.id AND ${RESTORED})
  AND NOT EXISTS (SELECT 1 FROM kept_bytes WHERE kept_bytes.sha256 = rendition.sha256)
  AND NOT EXISTS (
    SELECT 1 FROM rendition_parts AS part JOIN kept_bytes ON kept_bytes.sha256 = part.sha256
    WHERE part.rendition_id = rendition.id)`;

/** Every file that a row of this domain stands for. */
const FILES = `
  files (sha256, bytes, original) AS (
    SELECT sha256, bytes, 1 FROM assets
    UNION ALL
    SELECT sha256, bytes, 1 FROM covers
    UNION ALL
    SELECT sha256, bytes, 0 FROM renditions WHERE state = 'ready'
    UNION ALL
    SELECT part.sha256, part.bytes, 0
    FROM rendition_parts AS part JOIN renditions AS rendition ON rendition.id = part.rendition_id
    WHERE rendition.state = 'ready'
    UNION ALL
    SELECT sha256, bytes, 0 FROM live_parts
  )`;

const RENDITION_BYTES = `
  COALESCE(rendition.bytes, 0)
  + (SELECT COALESCE(SUM(part.bytes), 0) FROM rendition_parts AS part WHERE part.rendition_id = rendition.id)`;

export type ReferencesStore = ReturnType<typeof createReferencesStore>;

export function createReferencesStore(db: Database) {
  const garbageCompositions = db.prepare<Cutoffs, Garbage>(`
    WITH ${KEPT}
    SELECT 'composition' AS kind, composition.id AS id, 'composition of ' || COALESCE((
        SELECT group_concat(asset.original_name, ', ')
        FROM composition_assets AS used JOIN assets AS asset ON asset.sha256 = used.asset_sha256
        WHERE used.composition_id = composition.id), 'nothing') AS label,
      'nothing names it' AS reason,
      (SELECT COALESCE(SUM(${RENDITION_BYTES}), 0) FROM renditions AS rendition
       WHERE rendition.composition_id = composition.id) AS bytes
    FROM compositions AS composition
    WHERE composition.id NOT IN (SELECT id FROM kept_compositions)
    ORDER BY composition.id`);
  const garbageRenditions = db.prepare<Cutoffs, Garbage>(`
    WITH ${KEPT}
    SELECT 'rendition' AS kind, rendition.id AS id, rendition.profile AS label,
      'a newer rendition took its place' AS reason, ${RENDITION_BYTES} AS bytes
    FROM renditions AS rendition
    WHERE ${SUPERSEDED} AND rendition.composition_id IN (SELECT id FROM kept_compositions)
    ORDER BY rendition.id`);
  const garbageAssets = db.prepare<Cutoffs, Garbage>(`
    WITH ${KEPT}
    SELECT 'asset' AS kind, asset.sha256 AS id, asset.original_name AS label, 'nothing names it' AS reason, asset.bytes
    FROM assets AS asset
    WHERE asset.sha256 NOT IN (SELECT sha256 FROM kept_assets)
      AND asset.sha256 NOT IN (
        SELECT asset_sha256 FROM composition_assets WHERE composition_id IN (SELECT id FROM kept_compositions))
    ORDER BY asset.sha256`);
  // Without its cover a composition could not be rendered again.
  const garbageCovers = db.prepare<Cutoffs, Garbage>(`
    WITH ${KEPT}
    SELECT 'cover' AS kind, cover.sha256 AS id, 'cover' AS label, 'nothing names it' AS reason, cover.bytes
    FROM covers AS cover
    WHERE cover.sha256 NOT IN (SELECT sha256 FROM kept_covers)
      AND cover.sha256 NOT IN (
        SELECT COALESCE(composition.definition ->> '$.labels.cover', '') FROM compositions AS composition
        WHERE composition.id IN (SELECT id FROM kept_compositions))
    ORDER BY cover.sha256`);

  type Proof = Cutoffs & { id: string };
  const compositionWhy = db.prepare<Proof, { why: string }>(
    `WITH ${KEPT} SELECT why FROM kept_compositions WHERE id = @id`,
  );
  // Here any composition counts, kept or not: its row must have gone first.
  const assetWhy = db.prepare<Proof, { why: string }>(`
    WITH ${KEPT} SELECT why FROM kept_assets WHERE sha256 = @id
    UNION ALL
    SELECT 'composition ' || composition_id FROM composition_assets WHERE asset_sha256 = @id`);
  const coverWhy = db.prepare<Proof, { why: string }>(`
    WITH ${KEPT} SELECT why FROM kept_covers WHERE sha256 = @id
    UNION ALL
    SELECT 'composition ' || id FROM compositions WHERE definition ->> '$.labels.cover' = @id`);
  const proofs = { asset: assetWhy, composition: compositionWhy, cover: coverWhy };
  const supersededOne = db.prepare<Proof, { one: 1 }>(
    `WITH ${KEPT} SELECT 1 AS one FROM renditions AS rendition WHERE rendition.id = @id AND ${SUPERSEDED}`,
  );

  const compositionOf = db.prepare<[string], { id: string }>(
    "SELECT composition_id AS id FROM renditions WHERE id = ?",
  );
  const named = db.prepare<Cutoffs & { sha256: string }, { one: 1 }>(`
    WITH ${KEPT}
    SELECT 1 AS one FROM assets WHERE sha256 = @sha256
    UNION ALL SELECT 1 FROM covers WHERE sha256 = @sha256
    UNION ALL SELECT 1 FROM renditions WHERE sha256 = @sha256
    UNION ALL SELECT 1 FROM rendition_parts WHERE sha256 = @sha256
    UNION ALL SELECT 1 FROM live_parts WHERE sha256 = @sha256
    UNION ALL SELECT 1 FROM trash WHERE kind = 'file' AND subject = @sha256 AND ${RESTORED}
    UNION ALL SELECT 1 FROM kept_bytes WHERE sha256 = @sha256`);

  const fileAfter = db.prepare<[string], KnownFile>(`
    WITH ${FILES}
    SELECT sha256, MAX(bytes) AS bytes, MAX(original) AS original FROM files WHERE sha256 > ?
    GROUP BY sha256 ORDER BY sha256 LIMIT 1000`);
  const fileOf = db.prepare<[string], KnownFile>(`
    WITH ${FILES}
    SELECT sha256, MAX(bytes) AS bytes, MAX(original) AS original FROM files WHERE sha256 = ? GROUP BY sha256`);
  const totals = db.prepare<[], { original: 0 | 1; files: number; bytes: number }>(`
    WITH ${FILES}
    SELECT original, COUNT(*) AS files, SUM(bytes) AS bytes
    FROM (SELECT MAX(bytes) AS bytes, MAX(original) AS original FROM files GROUP BY sha256) GROUP BY original`);
  const knowsMedia = db.prepare<[], { one: 1 }>(
    "SELECT 1 AS one FROM assets UNION ALL SELECT 1 FROM covers UNION ALL SELECT 1 FROM renditions WHERE sha256 IS NOT NULL LIMIT 1",
  );
  const airing = db.prepare<{ now: number; until: number }, { one: 1 }>(`
    SELECT 1 AS one FROM broadcasts
    WHERE state = 'on_air' OR (state IN ('planned', 'ready', 'frozen') AND start_at <= @until AND not_after >= @now)
    LIMIT 1`);

  return {
    /** Compositions first, assets last: the order in which rows can go. */
    garbage: (cutoffs: Cutoffs): Garbage[] => [
      ...garbageCompositions.all(cutoffs),
      ...garbageRenditions.all(cutoffs),
      ...garbageAssets.all(cutoffs),
      ...garbageCovers.all(cutoffs),
    ],
    /** What keeps a row; `[]` proves that nothing does. Ask in the transaction that deletes. */
    whyKept(kind: GarbageKind, id: string, cutoffs: Cutoffs): string[] {
      const proof = { ...cutoffs, id };
      if (kind === "rendition") return supersededOne.get(proof) ? [] : ["it is current, young or broadcast"];
      return proofs[kind].all(proof).map(({ why }) => why);
    },
    compositionOf: (renditionId: string): string | null => compositionOf.get(renditionId)?.id ?? null,
    /**
     * Whether anything still gives a file a meaning, in any table; false for an orphan. The first arm that knows it ends
     * the search, and the indexed ones come first.
     */
    isNamed: (sha256: string, cutoffs: Cutoffs): boolean => named.get({ ...cutoffs, sha256 }) !== undefined,
    /** Up to 1,000 files that rows stand for, in the order of their names, after `sha256`. */
    filesAfter: (sha256: string): KnownFile[] => fileAfter.all(sha256),
    fileOf: (sha256: string): KnownFile | null => fileOf.get(sha256) ?? null,
    totals: () => totals.all(),
    /** Whether any row stands for a file. */
    knowsMedia: (): boolean => knowsMedia.get() !== undefined,
    /** Whether something is on air now or is due before `until`. */
    isAiring: (now: number, until: number): boolean => airing.get({ now, until }) !== undefined,
  };
}
