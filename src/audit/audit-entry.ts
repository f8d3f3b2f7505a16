import { createHash } from "node:crypto";

/**
 * `stranger`: not signed in. `machine`: somebody with an account of the operating system, by a command. `server`: the
 * server by itself.
 */
export const ACTOR_KINDS = ["person", "device", "stranger", "machine", "server"] as const;

export interface Actor {
  kind: (typeof ACTOR_KINDS)[number];
  id: string | null;
  name: string | null;
}

export const THE_SERVER: Actor = { kind: "server", id: null, name: null };

/** `refused`: the one who asked may not, or asked wrongly (4xx). `failed`: the server could not (5xx). */
export const OUTCOMES = ["done", "refused", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A row that an act made, changed or removed; of a changed one only what differs. */
export interface Change {
  /** As the API's addresses name what it belongs to: `episodes/<id>`. */
  object: string;
  /** The table. */
  in: string;
  /** `null` for a new row. */
  before: Record<string, unknown> | null;
  /** `null` for a removed one. */
  after: Record<string, unknown> | null;
}

export interface AuditRecord {
  /** Epoch ms. */
  at: number;
  actor: Actor;
  address: string | null;
  requestId: string | null;
  /** `POST /api/v1/episodes/:id/submit`, or words for what is no request. */
  act: string;
  outcome: Outcome;
  /** Of the HTTP answer; `null` where it was written before that, with the act. */
  status: number | null;
  reason: string | null;
  objects: string[];
  changes: Change[];
}

export interface AuditEntry extends AuditRecord {
  seq: number;
  prevHash: string;
  hash: string;
}

/** A place in the chain. */
export interface Link {
  seq: number;
  hash: string;
}

/** Before the first entry. */
export const GENESIS: Link = { seq: 0, hash: "0".repeat(64) };

/**
 * What an entry's hash covers: the JSON of these values in this order, without spaces, as ECMAScript writes it; the hash
 * is SHA-256 of its UTF-8 bytes, in hexadecimal.
 */
const canonical = (record: AuditRecord, seq: number, prevHash: string): string =>
  JSON.stringify([
    "ccx-audit-1",
    seq,
    prevHash,
    record.at,
    record.actor.kind,
    record.actor.id,
    record.actor.name,
    record.address,
    record.requestId,
    record.act,
    record.outcome,
    record.status,
    record.reason,
    record.objects,
    record.changes,
  ]);

export const hashOf = (record: AuditRecord, seq: number, prevHash: string): string =>
  createHash("sha256")
    .update(canonical(record, seq, prevHash))
    .digest("hex");

export type Verified =
  | { intact: true; entries: number; from: Link; head: Link }
  | { intact: false; entries: number; seq: number; problem: string };

/**
 * Follows the chain from where it begins to its end.
 * @param from the last entry that was removed when its time had come, or `GENESIS`
 * @param objectsOf by what the index finds an entry
 * @param expected a link that was written down elsewhere and must be part of the chain
 */
export function verifyChain(
  entries: Iterable<AuditEntry>,
  from: Link,
  objectsOf: (seq: number) => string[],
  expected?: Link,
): Verified {
  let head = from;
  let count = 0;
  const broken = (seq: number, problem: string): Verified => ({
    intact: false,
    entries: count,
    seq,
    problem,
  });
  for (const entry of entries) {
    const seq = head.seq + 1;
    if (entry.seq !== seq) return broken(seq, `entry ${seq} is missing`);
    if (entry.prevHash !== head.hash) return broken(seq, "it does not follow the entry before it");
    if (hashOf(entry, seq, entry.prevHash) !== entry.hash) return broken(seq, "its content was changed");
    if (objectsOf(seq).join("\n") !== [...new Set(entry.objects)].toSorted().join("\n"))
      return broken(seq, "the index finds it by other objects than it has");
    if (expected?.seq === seq && expected.hash !== entry.hash)
      return broken(seq, "it is another than the one that was written down");
    head = { seq, hash: entry.hash };
    count += 1;
  }
  if (expected !== undefined && expected.seq > head.seq)
    return broken(head.seq + 1, `the chain ends before entry ${expected.seq}, which was written down`);
  return { intact: true, entries: count, from, head };
}
