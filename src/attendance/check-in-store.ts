import type { Database } from "../db/open.ts";
import type { Attendee } from "./attendance.ts";
import type { CheckInPlace } from "./check-in-link.ts";

/** One check-in that still has its name. */
export interface NamedCheckIn extends Attendee {
  id: number;
  regionCode: string;
}

/** Where and at what somebody was. Instants are epoch ms. */
export interface Attended extends Attendee {
  broadcastId: string;
  programme: string;
  title: string;
  startAt: number;
  regionCode: string;
}

/** Half-open spans of region codes, as `codeRange` gives. */
export type CodeSpans = readonly { from: string; before: string }[];

const IN_SPANS = `EXISTS (SELECT 1 FROM json_each(@spans) WHERE c.region_code >= value ->> 'from' AND c.region_code < value ->> 'before')`;

export function createCheckInStore(db: Database) {
  const insert = db.prepare<[CheckInPlace & Attendee]>(
    `INSERT INTO check_ins (broadcast_id, region_code, name, branch) VALUES (@broadcastId, @regionCode, @name, @branch)
     ON CONFLICT DO NOTHING`,
  );
  const countAt = db
    .prepare<[string, string], number>(
      "SELECT COUNT(*) FROM check_ins WHERE broadcast_id = ? AND region_code = ?",
    )
    .pluck();
  const countSites = db.prepare<[string], { regionCode: string; checkedIn: number }>(
    `SELECT region_code AS regionCode, COUNT(*) AS checkedIn FROM check_ins WHERE broadcast_id = ? GROUP BY region_code`,
  );
  const selectNamed = db.prepare<
    [{ broadcastId: string; spans: string; regionCode: string; id: number; limit: number }],
    NamedCheckIn
  >(
    `SELECT c.id, c.region_code AS regionCode, c.name, c.branch FROM check_ins c
     WHERE c.broadcast_id = @broadcastId AND c.name IS NOT NULL AND (c.region_code, c.id) > (@regionCode, @id)
       AND ${IN_SPANS}
     ORDER BY c.region_code, c.id LIMIT @limit`,
  );
  const selectOf = db.prepare<[{ name: string; branch: string | null; spans: string }], Attended>(
    `SELECT c.broadcast_id AS broadcastId, b.programme, b.title, b.start_at AS startAt, c.region_code AS regionCode,
       c.name, c.branch
     FROM check_ins c JOIN broadcasts b ON b.id = c.broadcast_id
     WHERE c.name = @name AND (@branch IS NULL OR c.branch = @branch) AND ${IN_SPANS}
     ORDER BY c.branch, b.start_at, c.id`,
  );
  const eraseOf = db.prepare<[Attendee]>(
    "UPDATE check_ins SET name = NULL, branch = NULL WHERE name = @name AND branch = @branch",
  );
  const noteErasure = db.prepare<
    [{ id: string; personHash: string; checkIns: number; userId: string; now: number }]
  >(
    `INSERT INTO erasures (id, person_hash, check_ins, erased_by, erased_at)
     VALUES (@id, @personHash, @checkIns, @userId, @now)`,
  );
  const forgetBefore = db.prepare<[number]>(
    `UPDATE check_ins SET name = NULL, branch = NULL
     WHERE name IS NOT NULL AND broadcast_id IN (SELECT id FROM broadcasts WHERE start_at < ?)`,
  );

  return {
    /** Once per person and lecture, wherever. */
    insert: (checkIn: CheckInPlace & Attendee): void => void insert.run(checkIn),
    countAt: ({ broadcastId, regionCode }: CheckInPlace): number => countAt.get(broadcastId, regionCode) ?? 0,
    countSites: (broadcastId: string) => countSites.all(broadcastId),
    /** By place, then in the order that they came; `after` is the last of the page before. */
    named: (
      broadcastId: string,
      spans: CodeSpans,
      after: Pick<NamedCheckIn, "regionCode" | "id">,
      limit: number,
    ) =>
      selectNamed.all({
        broadcastId,
        spans: JSON.stringify(spans),
        regionCode: after.regionCode,
        id: after.id,
        limit,
      }),
    /** @param branch `null` for any */
    of: (name: string, branch: string | null, spans: CodeSpans) =>
      selectOf.all({ name, branch, spans: JSON.stringify(spans) }),
    /** Returns how many check-ins go on without the name. */
    erase: (attendee: Attendee): number => eraseOf.run(attendee).changes,
    noteErasure: (erasure: Parameters<typeof noteErasure.run>[0]): void => void noteErasure.run(erasure),
    /** The same for all lectures that began before. @param startedBefore epoch ms */
    forget: (startedBefore: number): number => forgetBefore.run(startedBefore).changes,
  };
}
export type CheckInStore = ReturnType<typeof createCheckInStore>;
