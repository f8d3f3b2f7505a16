import type { PlaybackRecord, ReasonCode, Report, ReportType } from "../../src/protocol/messages.ts";
import type { Heard } from "../../src/protocol/minutes-cap.ts";
import type { StopOfAll } from "./plan.ts";
import type { Store } from "./store.ts";

/** How a command ended, kept so that a repeated one is answered and not obeyed again. */
export interface CommandResult {
  type: Extract<ReportType, "received" | "refused">;
  reason?: ReasonCode;
}

/** What the device remembers besides its records. */
export type Mark =
  /** Sound is about to begin: whatever happens from here, it does not begin again. */
  | { kind: "begun"; id: string; at: number }
  | { kind: "done"; id: string; at: number }
  /** Against the caps of minutes: before the sound begins all that it may last, afterwards what it did. */
  | ({ kind: "heard" } & Heard)
  | { kind: "command"; id: string; at: number; result: CommandResult }
  /** By the command's id: what comes late is judged by it too. */
  | ({ kind: "stop-of-all"; id: string; at: number } & StopOfAll)
  /** Something that is reported once, e.g. that a broadcast is cached. */
  | { kind: "noted"; key: string; at: number };

type Entry =
  | Mark
  | { kind: "record"; bootId: string; record: PlaybackRecord }
  /** When a boot began, as far as the clock has been compared in it. */
  | { kind: "booted"; bootId: string; at: number }
  | { kind: "ack"; bootId: string; seq: number };

export interface Journal {
  readonly bootId: string;
  /** Gives the record its number, and returns it. It and the marks are on disk when this returns, or none of them is. */
  record(record: Omit<PlaybackRecord, "seq">, ...marks: Mark[]): number;
  /** Boots with records that the server has not acknowledged, oldest first. */
  unacknowledged(): Report[];
  /** When this boot began by the newest comparison of the clock, epoch ms. */
  bootedAt(at: number): void;
  acknowledge(bootId: string, seq: number): void;
  begin(id: string, at: number, ...marks: Mark[]): void;
  mark(...marks: Mark[]): void;
  isBegun(id: string): boolean;
  isDone(id: string): boolean;
  /** Begun in an earlier boot and never finished: the power went while it played. */
  cutOff(): string[];
  /** What counts against the caps of minutes, one for each broadcast. */
  heard(): Iterable<Heard>;
  heardOf(id: string): Heard | null;
  commandResult(id: string): CommandResult | null;
  /** The stops of everything that were obeyed. */
  stopsOfAll(): Iterable<StopOfAll>;
  isNoted(key: string): boolean;
  /** Whether there is room for more, whatever fills the disk; asks for it again when it was used up. */
  hasRoom(): boolean;
  close(): void;
}

/** What two comparisons of the clock may differ by without its being worth a write. */
const MOVED_MS = 20;
/** Longer than any playlist's horizon; the protocol asks for at least 7 days. */
const KEEP_MS = 60 * 24 * 60 * 60 * 1000;
/** The newest are kept whatever their date says: a clock that was wrong must not make the device forget. */
const KEEP_AT_LEAST = 1_000;

/**
 * The device's memory over power cuts: an append-only file of JSON lines, flushed to disk with every entry, rewritten at
 * each start without what is no longer needed.
 */
export function openJournal(
  store: Pick<Store, "readJournal" | "openJournal">,
  bootId: string,
  now: number,
): Journal {
  const pending = new Map<string, PlaybackRecord[]>();
  const begins = new Map<string, number>();
  const marks = {
    begun: new Map<string, Mark>(),
    done: new Map<string, Mark>(),
    heard: new Map<string, Extract<Mark, { kind: "heard" }>>(),
    command: new Map<string, Extract<Mark, { kind: "command" }>>(),
    stopOfAll: new Map<string, Extract<Mark, { kind: "stop-of-all" }>>(),
    noted: new Map<string, Mark>(),
  };
  let lastSeq = 0;

  function apply(entry: Entry): void {
    switch (entry.kind) {
      case "record": {
        const records = pending.get(entry.bootId);
        if (records) records.push(entry.record);
        else pending.set(entry.bootId, [entry.record]);
        break;
      }
      case "ack": {
        const left = (pending.get(entry.bootId) ?? []).filter(({ seq }) => seq > entry.seq);
        if (left.length > 0) pending.set(entry.bootId, left);
        else pending.delete(entry.bootId);
        break;
      }
      case "booted":
        begins.set(entry.bootId, entry.at);
        break;
      case "done":
        marks.begun.delete(entry.id);
        marks.done.set(entry.id, entry);
        break;
      case "heard":
        marks.heard.set(entry.id, entry);
        break;
      case "command":
        marks.command.set(entry.id, entry);
        break;
      case "stop-of-all":
        marks.stopOfAll.set(entry.id, entry);
        break;
      case "begun":
        marks.begun.set(entry.id, entry);
        break;
      case "noted":
        marks.noted.set(entry.key, entry);
        break;
    }
  }

  for (const entry of store.readJournal().flatMap(entriesIn)) apply(entry);
  const cutOff = [...marks.begun.keys()];
  for (const map of [marks.done, marks.heard, marks.command, marks.stopOfAll, marks.noted])
    forgetOld(map, now - KEEP_MS);

  function* entriesOf(): Iterable<Entry> {
    for (const map of Object.values(marks)) yield* map.values();
    for (const [boot, at] of begins) if (pending.has(boot)) yield { kind: "booted", bootId: boot, at };
    for (const [boot, records] of pending)
      for (const record of records) yield { kind: "record", bootId: boot, record };
  }

  const file = store.openJournal([...entriesOf()].map((entry) => lineOf([entry])));
  function append(...entries: Entry[]): void {
    file.append(lineOf(entries));
    for (const entry of entries) apply(entry);
  }

  return {
    bootId,
    record(record, ...along) {
      append({ kind: "record", bootId, record: { seq: lastSeq + 1, ...record } }, ...along);
      // Only now: the server acknowledges up to the first number that is missing.
      lastSeq += 1;
      return lastSeq;
    },
    unacknowledged: () =>
      [...pending].map(([boot, records]) => {
        const bootedAt = begins.get(boot);
        return { bootId: boot, ...(bootedAt === undefined ? {} : { bootedAt }), records: [...records] };
      }),
    bootedAt(at) {
      const known = begins.get(bootId);
      if (known === undefined || Math.abs(at - known) >= MOVED_MS) append({ kind: "booted", bootId, at });
    },
    acknowledge(boot, seq) {
      if (pending.get(boot)?.some((record) => record.seq <= seq)) append({ kind: "ack", bootId: boot, seq });
    },
    begin: (id, at, ...along) => append({ kind: "begun", id, at }, ...along),
    mark(...added) {
      if (added.length > 0) append(...added);
    },
    isBegun: (id) => marks.begun.has(id),
    isDone: (id) => marks.done.has(id),
    cutOff: () => cutOff,
    heard: () => marks.heard.values(),
    heardOf: (id) => marks.heard.get(id) ?? null,
    commandResult: (id) => marks.command.get(id)?.result ?? null,
    stopsOfAll: () => marks.stopOfAll.values(),
    isNoted: (key) => marks.noted.has(key),
    hasRoom: () => file.hasRoom(),
    close: () => file.close(),
  };
}

const lineOf = (entries: Entry[]): string => JSON.stringify(entries);

/** Of a line that is not whole, none. */
function entriesIn(line: string): Entry[] {
  try {
    return line === "" ? [] : (JSON.parse(line) as Entry[]);
  } catch {
    return [];
  }
}

/** A map keeps the order of insertion, so its beginning is what was said first. */
function forgetOld(map: Map<string, Mark>, before: number): void {
  let spare = map.size - KEEP_AT_LEAST;
  for (const [key, { at }] of map) {
    if (spare <= 0) return;
    if (at >= before) continue;
    map.delete(key);
    spare -= 1;
  }
}
