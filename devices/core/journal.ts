import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { PlaybackRecord, ReasonCode, ReportType } from "../../src/protocol/messages.ts";
import { readIfPresent, writeDurably } from "./durable-file.ts";

/** How a command ended, kept so that a repeated one is answered and not obeyed again. */
export interface CommandResult {
  type: Extract<ReportType, "received" | "refused">;
  reason?: ReasonCode;
}

type Entry =
  | { kind: "record"; bootId: string; record: PlaybackRecord }
  | { kind: "ack"; bootId: string; seq: number }
  /** Sound is about to begin: whatever happens from here, it does not begin again. */
  | { kind: "begun"; id: string; at: number }
  | { kind: "done"; id: string; at: number }
  | { kind: "command"; id: string; at: number; result: CommandResult }
  /** Something that is reported once, e.g. that a broadcast is cached. */
  | { kind: "noted"; key: string; at: number };

export interface Journal {
  readonly bootId: string;
  /** Gives the record its number; on disk when this returns. */
  record(record: Omit<PlaybackRecord, "seq">): void;
  /** Boots with records that the server has not acknowledged, oldest first. */
  unacknowledged(): { bootId: string; records: PlaybackRecord[] }[];
  acknowledge(bootId: string, seq: number): void;
  begin(id: string, at: number): void;
  finish(id: string, at: number): void;
  isBegun(id: string): boolean;
  isDone(id: string): boolean;
  /** Begun in an earlier boot and never finished: the power went while it played. */
  cutOff(): string[];
  commandResult(id: string): CommandResult | null;
  settleCommand(id: string, at: number, result: CommandResult): void;
  /** Whether `key` is new; it is not the next time. */
  note(key: string, at: number): boolean;
  close(): void;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Longer than any playlist's horizon; the protocol asks for at least 7 days. */
const KEEP_MS = 60 * DAY_MS;

/**
 * The device's memory over power cuts: an append-only file of JSON lines, flushed to disk with every entry, rewritten at
 * each start without what is no longer needed.
 */
export function openJournal(stateDir: string, bootId: string, now: number): Journal {
  mkdirSync(stateDir, { recursive: true });
  const path = join(stateDir, "journal.jsonl");
  const pending = new Map<string, PlaybackRecord[]>();
  const begun = new Map<string, number>();
  const done = new Map<string, number>();
  const commands = new Map<string, { at: number; result: CommandResult }>();
  const noted = new Map<string, number>();
  let lastSeq = 0;

  function apply(entry: Entry): void {
    switch (entry.kind) {
      case "record":
        pending.set(entry.bootId, [...(pending.get(entry.bootId) ?? []), entry.record]);
        break;
      case "ack": {
        const left = (pending.get(entry.bootId) ?? []).filter(({ seq }) => seq > entry.seq);
        if (left.length > 0) pending.set(entry.bootId, left);
        else pending.delete(entry.bootId);
        break;
      }
      case "begun":
        begun.set(entry.id, entry.at);
        break;
      case "done":
        begun.delete(entry.id);
        done.set(entry.id, entry.at);
        break;
      case "command":
        commands.set(entry.id, entry);
        break;
      case "noted":
        noted.set(entry.key, entry.at);
        break;
    }
  }

  for (const line of (readIfPresent(path) ?? "").split("\n")) {
    const entry = parseLine(line);
    if (entry) apply(entry);
  }
  const cutOff = [...begun.keys()];
  for (const map of [done, noted]) for (const [key, at] of map) if (at < now - KEEP_MS) map.delete(key);
  for (const [id, { at }] of commands) if (at < now - KEEP_MS) commands.delete(id);
  writeDurably(path, [...entriesOf()].map((entry) => `${JSON.stringify(entry)}\n`).join(""));

  function* entriesOf(): Iterable<Entry> {
    for (const [id, at] of begun) yield { kind: "begun", id, at };
    for (const [id, at] of done) yield { kind: "done", id, at };
    for (const [id, { at, result }] of commands) yield { kind: "command", id, at, result };
    for (const [key, at] of noted) yield { kind: "noted", key, at };
    for (const [boot, records] of pending)
      for (const record of records) yield { kind: "record", bootId: boot, record };
  }

  const file = openSync(path, "a");
  function append(entry: Entry): void {
    writeSync(file, `${JSON.stringify(entry)}\n`);
    fsyncSync(file);
    apply(entry);
  }

  return {
    bootId,
    record(record) {
      lastSeq += 1;
      append({ kind: "record", bootId, record: { seq: lastSeq, ...record } });
    },
    unacknowledged: () => [...pending].map(([boot, records]) => ({ bootId: boot, records })),
    acknowledge(boot, seq) {
      if (pending.get(boot)?.some((record) => record.seq <= seq)) append({ kind: "ack", bootId: boot, seq });
    },
    begin: (id, at) => append({ kind: "begun", id, at }),
    finish: (id, at) => append({ kind: "done", id, at }),
    isBegun: (id) => begun.has(id),
    isDone: (id) => done.has(id),
    cutOff: () => cutOff,
    commandResult: (id) => commands.get(id)?.result ?? null,
    settleCommand: (id, at, result) => append({ kind: "command", id, at, result }),
    note(key, at) {
      if (noted.has(key)) return false;
      append({ kind: "noted", key, at });
      return true;
    },
    close: () => closeSync(file),
  };
}

/** A line that was being written when the power went is not whole; what it said was not acknowledged to anybody. */
function parseLine(line: string): Entry | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
}
