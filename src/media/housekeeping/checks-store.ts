import type { Database } from "../../db/open.ts";

export const PROBLEMS = ["missing", "size", "changed", "unreadable"] as const;
export type DamageProblem = (typeof PROBLEMS)[number];
export const DAMAGE_ACTIONS = ["reported", "made_anew"] as const;

export interface Damage {
  sha256: string;
  problem: DamageProblem;
  /** The size or SHA-256 that was found instead, or the disk's words. */
  found: string;
  /** A current rendition is made again from its original; of an original there is no other copy. */
  action: (typeof DAMAGE_ACTIONS)[number];
  firstSeenAt: number;
  lastSeenAt: number;
  mendedAt: number | null;
}

/** Where one stands in the list. */
export type DamagePlace = Pick<Damage, "lastSeenAt" | "sha256">;
const FIRST: DamagePlace = { lastSeenAt: Number.MAX_SAFE_INTEGER, sha256: "" };
/** SQLite's word for "without a limit". */
const ALL = -1;

/** The last or present run; `endedAt` is `null` while it lasts, across restarts too. */
export interface LibraryRun {
  beganAt: number;
  endedAt: number | null;
  /** The last SHA-256 that was looked at. */
  cursor: string;
  result: Record<string, number>;
}
type RunKind = "collect" | "scrub";

export type ChecksStore = ReturnType<typeof createChecksStore>;

export function createChecksStore(db: Database) {
  const saveRun = db.prepare<Omit<LibraryRun, "result"> & { kind: RunKind; result: string }>(`
    INSERT INTO library_runs (kind, began_at, ended_at, cursor, result)
    VALUES (@kind, @beganAt, @endedAt, @cursor, @result)
    ON CONFLICT (kind) DO UPDATE
    SET began_at = excluded.began_at, ended_at = excluded.ended_at, cursor = excluded.cursor, result = excluded.result`);
  const run = db.prepare<[RunKind], Omit<LibraryRun, "result"> & { result: string }>(
    "SELECT began_at AS beganAt, ended_at AS endedAt, cursor, result FROM library_runs WHERE kind = ?",
  );
  const saveDamage = db.prepare<Pick<Damage, "sha256" | "problem" | "found" | "action"> & { now: number }>(`
    INSERT INTO library_damage (sha256, problem, found, action, first_seen_at, last_seen_at)
    VALUES (@sha256, @problem, @found, @action, @now, @now)
    ON CONFLICT (sha256) DO UPDATE
    SET problem = excluded.problem, found = excluded.found, action = excluded.action,
        last_seen_at = excluded.last_seen_at, mended_at = NULL`);
  const mend = db.prepare<{ sha256: string; now: number }>(
    "UPDATE library_damage SET mended_at = @now WHERE sha256 = @sha256 AND mended_at IS NULL",
  );
  const damages = db.prepare<DamagePlace & { limit: number }, Damage>(`
    SELECT sha256, problem, found, action, first_seen_at AS firstSeenAt, last_seen_at AS lastSeenAt, mended_at AS mendedAt
    FROM library_damage
    WHERE last_seen_at < @lastSeenAt OR (last_seen_at = @lastSeenAt AND sha256 > @sha256)
    ORDER BY last_seen_at DESC, sha256 LIMIT @limit`);
  const OPEN_DAMAGE = "FROM library_damage WHERE mended_at IS NULL AND action = 'reported'";
  const countOpen = db.prepare<[], { count: number }>(`SELECT count(*) AS count ${OPEN_DAMAGE}`);
  const namesOfOpen = db.prepare<[number], { sha256: string }>(
    `SELECT sha256 ${OPEN_DAMAGE} ORDER BY last_seen_at DESC, sha256 LIMIT ?`,
  );
  const damage = db.prepare<[string], { lastSeenAt: number }>(
    "SELECT last_seen_at AS lastSeenAt FROM library_damage WHERE sha256 = ?",
  );
  const forgetMended = db.prepare<[number]>("DELETE FROM library_damage WHERE mended_at < ?");

  return {
    saveRun: (kind: RunKind, { result, ...rest }: LibraryRun): void =>
      void saveRun.run({ ...rest, kind, result: JSON.stringify(result) }),
    run(kind: RunKind): LibraryRun | null {
      const row = run.get(kind);
      return row ? { ...row, result: JSON.parse(row.result) } : null;
    },
    saveDamage: (damage: Pick<Damage, "sha256" | "problem" | "found" | "action">, now: number): void =>
      void saveDamage.run({ ...damage, now }),
    /** The file was read and is what its name says. */
    mend: (sha256: string, now: number): void => void mend.run({ sha256, now }),
    damage: (sha256: string): { lastSeenAt: number } | null => damage.get(sha256) ?? null,
    /** Newest first, `limit` of them after a place in that order. */
    damages: (after: DamagePlace = FIRST, limit = ALL): Damage[] => damages.all({ ...after, limit }),
    /** Of what has no other copy and is not whole again, how many there are and what the last ones are called. */
    openDamage: (atMost: number): { count: number; names: string[] } => ({
      count: countOpen.get()?.count ?? 0,
      names: namesOfOpen.all(atMost).map(({ sha256 }) => sha256),
    }),
    forgetMended: (before: number): void => void forgetMended.run(before),
  };
}
