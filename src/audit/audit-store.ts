import type { Database } from "../db/open.ts";
import {
  type Actor,
  type AuditEntry,
  type AuditRecord,
  type Change,
  GENESIS,
  hashOf,
  type Link,
  type Outcome,
} from "./audit-entry.ts";

export interface AuditFilter {
  /** Id or name of who did it. */
  actor: string | null;
  object: string | null;
  /** The beginning of the act. */
  act: string | null;
  outcome: Outcome | null;
  requestId: string | null;
  /** Epoch ms, the first included, the second not. */
  from: number;
  until: number;
}

interface Row {
  seq: number;
  at: number;
  actorKind: Actor["kind"];
  actorId: string | null;
  actorName: string | null;
  address: string | null;
  requestId: string | null;
  act: string;
  outcome: Outcome;
  status: number | null;
  reason: string | null;
  objects: string;
  changes: string;
  prevHash: string;
  hash: string;
}

const SELECT = `SELECT seq, at, actor_kind AS actorKind, actor_id AS actorId, actor_name AS actorName, address,
  request_id AS requestId, act, outcome, status, reason, objects, changes, prev_hash AS prevHash, hash
  FROM audit_entries`;

const toEntry = ({ actorKind, actorId, actorName, objects, changes, ...row }: Row): AuditEntry => ({
  ...row,
  actor: { kind: actorKind, id: actorId, name: actorName },
  objects: JSON.parse(objects) as string[],
  changes: JSON.parse(changes) as Change[],
});

/** SQLite keeps half of a surrogate pair as U+FFFD, so that is what the hash and the index are of. */
const asStored = (record: AuditRecord): AuditRecord => ({
  ...record,
  reason: record.reason?.toWellFormed() ?? null,
  objects: [...new Set(record.objects.map((object) => object.toWellFormed()))],
});

export function createAuditStore(db: Database) {
  const selectHead = db.prepare<[], Link>("SELECT seq, hash FROM audit_entries ORDER BY seq DESC LIMIT 1");
  const selectAnchor = db.prepare<[], Link>("SELECT seq, hash FROM audit_anchors ORDER BY seq DESC LIMIT 1");
  const insert = db.prepare<Row>(
    `INSERT INTO audit_entries (seq, at, actor_kind, actor_id, actor_name, address, request_id, act, outcome, status,
       reason, objects, changes, prev_hash, hash)
     VALUES (@seq, @at, @actorKind, @actorId, @actorName, @address, @requestId, @act, @outcome, @status,
       @reason, @objects, @changes, @prevHash, @hash)`,
  );
  const insertObject = db.prepare<[string, number]>("INSERT OR IGNORE INTO audit_objects VALUES (?, ?)");
  const selectObjects = db
    .prepare<[number], string>("SELECT object FROM audit_objects WHERE seq = ? ORDER BY object")
    .pluck();
  const MATCHES = `(@object IS NULL OR seq IN (SELECT seq FROM audit_objects WHERE object = @object))
    AND (@actor IS NULL OR actor_id = @actor OR actor_name = @actor)
    AND (@act IS NULL OR substr(act, 1, length(@act)) = @act)
    AND (@outcome IS NULL OR outcome = @outcome)
    AND (@requestId IS NULL OR request_id = @requestId)
    AND at >= @from AND at < @until`;
  const selectBefore = db.prepare<AuditFilter & { place: number; limit: number }, Row>(
    `${SELECT} WHERE seq < @place AND ${MATCHES} ORDER BY seq DESC LIMIT @limit`,
  );
  const selectAfter = db.prepare<AuditFilter & { place: number; limit: number }, Row>(
    `${SELECT} WHERE seq > @place AND ${MATCHES} ORDER BY seq LIMIT @limit`,
  );
  const selectAll = db.prepare<[], Row>(`${SELECT} ORDER BY seq`);
  const IS_ABOUT = `seq IN (SELECT seq FROM audit_objects WHERE object IN (SELECT value FROM json_each(?)))`;
  const selectAbout = db.prepare<[string, number], Row>(
    `${SELECT} WHERE ${IS_ABOUT} ORDER BY seq DESC LIMIT ?`,
  );
  const selectDoneTo = db.prepare<[string], Row>(
    `${SELECT} WHERE ${IS_ABOUT} AND outcome = 'done' AND changes <> '[]' ORDER BY seq`,
  );
  const selectLastOld = db.prepare<[number], Link>(
    `SELECT seq, hash FROM audit_entries
     WHERE seq < COALESCE((SELECT MIN(seq) FROM audit_entries WHERE at > ?), (SELECT MAX(seq) FROM audit_entries))
     ORDER BY seq DESC LIMIT 1`,
  );
  const insertAnchor = db.prepare<Link & { now: number }>(
    "INSERT INTO audit_anchors (seq, hash, pruned_at) VALUES (@seq, @hash, @now)",
  );
  const deleteObjects = db.prepare<[number]>("DELETE FROM audit_objects WHERE seq <= ?");
  const deleteEntries = db.prepare<[number]>("DELETE FROM audit_entries WHERE seq <= ?");

  const selectAccount = db.prepare<[string], string>("SELECT id FROM users WHERE name = ?").pluck();

  const anchor = (): Link => selectAnchor.get() ?? GENESIS;
  const head = (): Link => selectHead.get() ?? anchor();

  const append = db.transaction((given: AuditRecord): AuditEntry => {
    const record = asStored(given);
    const { hash: prevHash, seq: last } = head();
    const { actor, objects, changes, ...rest } = record;
    const entry: AuditEntry = {
      ...record,
      seq: last + 1,
      prevHash,
      hash: hashOf(record, last + 1, prevHash),
    };
    insert.run({
      ...rest,
      seq: entry.seq,
      prevHash,
      hash: entry.hash,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      objects: JSON.stringify(objects),
      changes: JSON.stringify(changes),
    });
    for (const object of objects) insertObject.run(object, entry.seq);
    return entry;
  });

  const prune = db.transaction((before: number, now: number): number => {
    const last = selectLastOld.get(before);
    if (!last) return 0;
    insertAnchor.run({ ...last, now });
    deleteObjects.run(last.seq);
    return deleteEntries.run(last.seq).changes;
  });

  return {
    /** Adds to the end of the chain; inside another transaction, as a part of it. */
    append: (record: AuditRecord): AuditEntry => append.immediate(record),
    /** The last entry's place. */
    head,
    /** Where what is left of the chain begins. */
    anchor,
    /** Newest first. */
    before: (filter: AuditFilter, place: number, limit: number) =>
      selectBefore.all({ ...filter, place, limit }).map(toEntry),
    /** Oldest first. */
    after: (filter: AuditFilter, place: number, limit: number) =>
      selectAfter.all({ ...filter, place, limit }).map(toEntry),
    *all(): Generator<AuditEntry> {
      for (const row of selectAll.iterate()) yield toEntry(row);
    },
    objectsOf: (seq: number): string[] => selectObjects.all(seq),
    /** `users/<id>` of whoever has that name. */
    accountOf(name: string): string | null {
      const id = selectAccount.get(name);
      return id === undefined ? null : `users/${id}`;
    },
    /** About any of these, newest first. */
    about: (objects: readonly string[], limit: number): AuditEntry[] =>
      selectAbout.all(JSON.stringify(objects), limit).map(toEntry),
    /** All acts that changed something of these, oldest first. */
    *doneTo(objects: readonly string[]): Generator<AuditEntry> {
      for (const row of selectDoneTo.iterate(JSON.stringify(objects))) yield toEntry(row);
    },
    /**
     * Removes what lies before the first entry younger than `before`, never the last one; returns how many. A clock that
     * was wrong for a while keeps what follows.
     */
    prune: (before: number, now: number): number => prune.immediate(before, now),
  };
}
