import type { Database } from "../../db/open.ts";

/** A part of a voice whose file is in the library. */
export interface KeptPart {
  voiceId: string;
  /** From 1. */
  n: number;
  sha256: string;
  bytes: number;
  /** Due so long after the start of the whole. */
  atMs: number;
  durationMs: number;
}

export function createLivePartStore(db: Database) {
  const insert = db.prepare<KeptPart & { now: number }>(
    `INSERT INTO live_parts (voice_id, n, sha256, bytes, at_ms, duration_ms, made_at)
     VALUES (@voiceId, @n, @sha256, @bytes, @atMs, @durationMs, @now)`,
  );
  const selectOf = db.prepare<[string], KeptPart>(
    `SELECT voice_id AS voiceId, n, sha256, bytes, at_ms AS atMs, duration_ms AS durationMs
     FROM live_parts WHERE voice_id = ? ORDER BY n`,
  );
  const forget = db.prepare<[number]>("DELETE FROM live_parts WHERE made_at < ?");
  return {
    insert: (part: KeptPart, now: number): void => void insert.run({ ...part, now }),
    of: (voiceId: string): KeptPart[] => selectOf.all(voiceId),
    /** From now on nothing names their files, which the next collection takes. */
    forgetBefore: (madeAt: number): void => void forget.run(madeAt),
  };
}
