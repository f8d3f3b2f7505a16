import type { BaseLogger } from "pino";
import type { Policy, ReasonCode } from "../../src/protocol/messages.ts";
import { createAlarm } from "./alarm.ts";
import type { Journal } from "./journal.ts";
import type { MediaCache } from "./media-cache.ts";
import type { Output, Prepared } from "./output.ts";
import { byPrecedence, type Entry, nextStep, outranks } from "./plan.ts";
import { untilExactly } from "./precise-wait.ts";
import type { Reporter } from "./reporter.ts";

export interface Player {
  /** Looks at the plan again; call it whenever something that matters has changed. */
  wake(): void;
  /** Ends a broadcast for good: silent at once if it sounds, never to begin otherwise. */
  stop(id: string, reason: ReasonCode): Promise<void>;
  /** What has the air or is about to. */
  current(): string | null;
  close(): Promise<void>;
}

interface Options {
  entries: () => Iterable<Entry>;
  cache: MediaCache;
  output: Output;
  journal: Journal;
  reporter: Reporter;
  now: () => number;
  clockTrusted: () => boolean;
  isOnline: () => boolean;
  policy: () => Policy | null;
  volumeFor: (entry: Entry) => number;
  log: BaseLogger;
}

/** The one broadcast that holds the output. */
interface OnAir {
  entry: Entry;
  /** Set to end it; what it is reported as. */
  ending: { reason: ReasonCode; final: boolean } | null;
  prepared: Prepared | null;
  started: boolean;
  over: Promise<void>;
}

/** Leads the plan to the output: one broadcast at a time, each at most once, by `nextStep` and `outranks`. */
export function createPlayer(options: Options): Player {
  const { entries, cache, output, journal, reporter, now, log } = options;
  const alarm = createAlarm(evaluate);
  /** Interrupted by a higher class and allowed to join again in progress. */
  const resumable = new Set<string>();
  let onAir: OnAir | null = null;
  let closed = false;

  for (const id of journal.cutOff()) {
    journal.finish(id, now());
    reporter.report({ type: "interrupted", broadcastId: id, reason: "restart" });
  }

  const isOpen = ({ id }: Entry) =>
    !journal.isDone(id) && (!journal.isBegun(id) || resumable.has(id)) && onAir?.entry.id !== id;

  function evaluate(): void {
    if (closed) return;
    for (const entry of [...entries()].filter(isOpen).toSorted(byPrecedence)) {
      const isCached = entry.items.every((item) => cache.has(item));
      const step = nextStep(entry, {
        now: now(),
        cached: isCached,
        online: options.isOnline(),
        clockTrusted: options.clockTrusted(),
        policy: options.policy(),
        airTaken: onAir !== null && !outranks(entry, onAir.entry),
      });
      if (step.kind === "wait") alarm.within(step.until - now());
      else if (step.kind === "drop") drop(entry, step.type, step.reason);
      else give(entry, step.seekMs);
    }
  }

  function drop(entry: Entry, type: "skipped" | "refused", reason: ReasonCode): void {
    resumable.delete(entry.id);
    journal.finish(entry.id, now());
    reporter.report({ type, broadcastId: entry.id, reason });
    log.info({ broadcastId: entry.id, type, reason }, "not playing");
  }

  /** Gives the air to a broadcast; whoever has it now yields when its successor's instant has come. */
  function give(entry: Entry, seekMs: number): void {
    if (onAir) {
      if (onAir.ending) return; // it is on its way out
      if (now() < entry.startAt) return alarm.within(entry.startAt - now());
      onAir.ending = { reason: "preempted", final: onAir.entry.lateness !== "join" };
      void onAir.prepared?.stop();
      return;
    }
    const turn: OnAir = { entry, ending: null, prepared: null, started: false, over: Promise.resolve() };
    onAir = turn;
    turn.over = perform(turn, seekMs)
      .catch((error: unknown) => {
        log.error({ err: error, broadcastId: entry.id }, "the output failed");
        journal.finish(entry.id, now());
        reporter.report({ type: "failed", broadcastId: entry.id, reason: "output-failed" });
      })
      .finally(() => {
        onAir = null;
        evaluate();
      });
  }

  async function perform(turn: OnAir, seekMs: number): Promise<void> {
    const { entry } = turn;
    const prepared = await output.prepare({
      broadcastId: entry.id,
      startAt: entry.startAt,
      parts: entry.items.map((item) => ({ path: cache.pathOf(item), durationMs: item.durationMs })),
      seekMs,
      volume: options.volumeFor(entry),
    });
    turn.prepared = prepared;
    await untilExactly(
      () => entry.startAt - now(),
      () => turn.ending !== null,
    );
    if (turn.ending) return endUnheard(turn, prepared);

    const isResumed = resumable.delete(entry.id);
    // On disk before the first sample: if the power goes from here on, it is not played again.
    if (!isResumed) journal.begin(entry.id, now());
    const { firstSampleAt } = await prepared.start();
    turn.started = true;
    const latenessMs = Math.round((firstSampleAt - entry.startAt) * 10) / 10;
    if (!isResumed)
      reporter.report({ at: Math.round(firstSampleAt), type: "started", broadcastId: entry.id, latenessMs });
    log.info({ broadcastId: entry.id, latenessMs, seekMs, title: entry.title }, "on air");

    const { positionMs, complete } = await prepared.ended;
    const position = Math.round(positionMs);
    if (complete) {
      journal.finish(entry.id, now());
      reporter.report({ type: "finished", broadcastId: entry.id, positionMs: position });
      log.info({ broadcastId: entry.id, positionMs: position }, "finished");
      return;
    }
    const { reason, final } = turn.ending ?? { reason: "stopped" as const, final: true };
    reporter.report({ type: "interrupted", broadcastId: entry.id, positionMs: position, reason });
    if (final) journal.finish(entry.id, now());
    else resumable.add(entry.id);
    log.info({ broadcastId: entry.id, positionMs: position, reason }, "interrupted");
  }

  async function endUnheard(turn: OnAir, prepared: Prepared): Promise<void> {
    await prepared.stop();
    if (turn.ending?.final) drop(turn.entry, "skipped", turn.ending.reason);
  }

  return {
    wake: () => alarm.within(0),

    async stop(id, reason) {
      if (onAir?.entry.id === id) {
        onAir.ending = { reason, final: true };
        await onAir.prepared?.stop();
        await onAir.over;
        return;
      }
      if (journal.isDone(id)) return;
      resumable.delete(id);
      journal.finish(id, now());
      reporter.report({ type: "skipped", broadcastId: id, reason });
    },

    current: () => onAir?.entry.id ?? null,

    async close() {
      closed = true;
      alarm.clear();
      if (!onAir) return;
      onAir.ending = { reason: "restart", final: true };
      await onAir.prepared?.stop();
      await onAir.over;
    },
  };
}
