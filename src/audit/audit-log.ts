import { AsyncLocalStorage } from "node:async_hooks";
import type { BaseLogger } from "pino";
import { type Clock, DAY_MS } from "../clock.ts";
import { createTransact, type Database, watchTransactions } from "../db/open.ts";
import { type Actor, type AuditRecord, type Change, type Outcome, THE_SERVER } from "./audit-entry.ts";
import { type AuditFilter, createAuditStore } from "./audit-store.ts";
import { createRefusalQuota } from "./refusal-quota.ts";
import { watchRows } from "./row-changes.ts";

/** What somebody is about to do. */
export interface Intent {
  /** Asked when an entry is written: signing in makes a person of a stranger. */
  actor(): Actor;
  address: string | null;
  requestId: string | null;
  act: string;
  /** What the act's address names, `episodes/<id>`; what it changes is added. */
  object: string | null;
  /** Of no account when it changes nothing, as a check or the part of an upload. */
  isMinor: boolean;
}

interface OpenAct extends Intent {
  changes: Change[];
  /** How many rows were written that no entry shows. */
  unshown: number;
  /** Kind of the actor of the last entry that it left; `null` before the first. */
  writtenAs: Actor["kind"] | null;
  isOver: boolean;
}

export type AuditLog = ReturnType<typeof createAuditLog>;

interface Options {
  db: Database;
  clock: Clock;
  log: Pick<BaseLogger, "error">;
  /** At least 180 days. */
  keepMs: number;
}

/** An import of a thousand regions is one act; its entry shows these changes, and is found under each region. */
const MAX_CHANGES = 100;
const MAX_UNSAVED = 1000;

/** A filter that lets everything through. */
export const EVERYTHING: AuditFilter = {
  actor: null,
  object: null,
  act: null,
  outcome: null,
  requestId: null,
  from: 0,
  until: Number.MAX_SAFE_INTEGER,
};

/**
 * Who did what, and who was refused what. An act that writes leaves its entry in the same transaction, whoever wrote the
 * SQL; anything else leaves it before its answer is sent.
 */
export function createAuditLog({ db, clock, log, keepMs }: Options) {
  const store = createAuditStore(db);
  const transact = createTransact(db);
  const acts = new AsyncLocalStorage<OpenAct>();
  const quota = createRefusalQuota();
  let unsaved: AuditRecord[] = [];

  /** What the server does after the answer of what somebody began, as a transcode, is the server's own. */
  function openAct(): OpenAct | undefined {
    const act = acts.getStore();
    return act?.isOver ? undefined : act;
  }

  function recordOf(act: OpenAct, outcome: Outcome, status: number | null, reason: string | null) {
    const objects = [
      ...(act.object === null ? [] : [act.object]),
      ...act.changes.map(({ object }) => object),
    ];
    return {
      at: clock.now(),
      actor: act.actor(),
      address: act.address,
      requestId: act.requestId,
      act: act.act,
      outcome,
      status,
      reason: reason ?? whatIsNotShown(act.changes.length),
      objects: [...new Set(objects)],
      changes: act.changes.slice(0, MAX_CHANGES),
    };
  }

  const whatIsNotShown = (changes: number): string | null =>
    changes > MAX_CHANGES ? `${changes - MAX_CHANGES} more changes are not shown.` : null;

  function forgetSince(act: OpenAct, { changes, unshown }: { changes: number; unshown: number }): void {
    act.changes.length = changes;
    act.unshown = unshown;
  }

  watchRows(db, {
    isListening: () => openAct() !== undefined,
    onChange: (change) => void openAct()?.changes.push(change),
    onUnshown() {
      const act = openAct();
      if (act) act.unshown += 1;
    },
  });
  watchTransactions(db, {
    isWatching: () => openAct() !== undefined,
    begin(isOutermost) {
      const act = openAct();
      const before = { changes: act?.changes.length ?? 0, unshown: act?.unshown ?? 0 };
      let wrote: Actor["kind"] | null = null;
      return {
        beforeCommit() {
          if (!act || act.changes.length + act.unshown === 0) return;
          wrote = store.append(recordOf(act, "done", null, null)).actor.kind;
        },
        ended(isKept) {
          if (!act) return;
          if (!isKept) forgetSince(act, before);
          else if (isOutermost && wrote !== null) {
            act.writtenAs = wrote;
            forgetSince(act, { changes: 0, unshown: 0 });
          }
        },
      };
    },
  });

  /**
   * Writes what no transaction took; inside one, as a part of it. The act has happened, or was refused: neither is undone for
   * want of its entry, which then stands in the server's log, and follows as soon as the database takes it.
   */
  function append(record: AuditRecord): void {
    if (db.inTransaction) return void store.append(record);
    unsaved.push(record);
    try {
      saveUnsaved();
    } catch (error) {
      log.error({ err: error, audit: record }, "an audit entry is not saved yet");
      if (unsaved.length > MAX_UNSAVED) unsaved = unsaved.slice(-MAX_UNSAVED);
    }
  }

  function saveUnsaved(): void {
    if (unsaved.length === 0) return;
    db.transaction(() => unsaved.forEach(store.append)).immediate();
    unsaved = [];
  }

  /** Ends an act: writes what is left to say of it. */
  function settle(act: OpenAct, outcome: Outcome, status: number | null, reason: string | null): void {
    if (act.isOver) return;
    act.isOver = true;
    const actor = act.actor();
    const isSaid =
      outcome === "done" && act.changes.length === 0 && (act.writtenAs === actor.kind || act.isMinor);
    if (isSaid) return;
    if (outcome === "refused") {
      const isStranger = actor.kind === "stranger";
      if (!quota.mayWrite((isStranger ? act.address : actor.id) ?? "", isStranger)) return;
    }
    append(recordOf(act, outcome, status, reason));
  }

  const open = (intent: Intent): OpenAct => ({
    ...intent,
    changes: [],
    unshown: 0,
    writtenAs: null,
    isOver: false,
  });

  const noRequest = (actor: Actor, act: string, isMinor: boolean): OpenAct =>
    open({ actor: () => actor, address: null, requestId: null, act, object: null, isMinor });

  /** Does something that is no request: a command at the machine, or the server by itself. */
  function as<T>(actor: Actor, act: string, work: () => T): T {
    const began = noRequest(actor, act, false);
    const result = acts.run(began, work);
    settle(began, "done", null, null);
    return result;
  }

  /** The same for what takes several turns of the event loop; leaves nothing where it wrote nothing. */
  async function untilDone<T>(actor: Actor, act: string, work: () => Promise<T>): Promise<T> {
    const began = noRequest(actor, act, true);
    const result = await acts.run(began, work);
    settle(began, "done", null, null);
    return result;
  }

  /** Notes what was found or done; inside a transaction, as a part of it. */
  function note(act: string, outcome: Outcome, reason: string | null, actor = THE_SERVER): void {
    const nowhere = { address: null, requestId: null, status: null, objects: [], changes: [] };
    append({ ...nowhere, at: clock.now(), actor, act, outcome, reason });
  }

  function noteCounted(): void {
    const uncounted = quota.nextMinute();
    if (uncounted === null) return;
    const most = Object.entries(uncounted.by).map(([who, times]) => `${who} (${times})`);
    note("refusals counted", "refused", `${uncounted.refusals} more refusals: ${most.join(", ")}`);
  }

  return {
    /** Begins an act; `during` runs what belongs to it. */
    begin(intent: Intent) {
      const act = open(intent);
      return {
        during: <T>(work: () => T): T => acts.run(act, work),
        end: (outcome: Outcome, status: number | null, reason: string | null): void =>
          settle(act, outcome, status, reason),
      };
    },

    as,
    untilDone,
    note,

    /** Every minute: writes what could not be written before, and how many refusals were only counted. */
    everyMinute(): void {
      saveUnsaved();
      noteCounted();
    },

    /** With the refusals of the last minute. */
    end(): void {
      noteCounted();
      note("the server ends", "done", null);
    },

    /** Removes up to a day of what is older than it must be kept; returns how many entries. */
    prune(): number {
      const before = clock.now() - keepMs;
      const [first] = store.after(EVERYTHING, store.anchor().seq, 1);
      if (!first || first.at > before) return 0;
      return transact(() => {
        const removed = store.prune(Math.min(before, first.at + DAY_MS), clock.now());
        if (removed > 0) note("old audit entries removed", "done", null);
        return removed;
      });
    },

    before: store.before,
    after: store.after,
    about: store.about,
    doneTo: store.doneTo,
    accountOf: store.accountOf,
    head: store.head,
    anchor: store.anchor,
  };
}
