import type { BaseLogger } from "pino";
import type { Policy, ReasonCode } from "../../src/protocol/messages.ts";
import { byPrecedence, outranks } from "../../src/protocol/precedence.ts";
import { createAlarm } from "./alarm.ts";
import type { Journal } from "./journal.ts";
import type { MediaCache } from "./media-cache.ts";
import type { Output, Prepared } from "./output.ts";
import { type Entry, isState, lengthOf, nextStep, roundsOf, type Step } from "./plan.ts";
import type { Reporter } from "./reporter.ts";
import type { Silence } from "./silence.ts";
import type { Supervise } from "./supervisor.ts";
import { perform, type Turn } from "./turn.ts";

export interface Player {
  /** What sounds at this moment. */
  readonly onAir: Entry | null;
  /** Looks at the plan again; call it whenever something that matters has changed. */
  wake(): void;
  /** Ends a broadcast for good: silent at once if it sounds, never to begin otherwise. */
  stop(id: string, reason: ReasonCode): Promise<void>;
  /** It left the playlist: silent if it sounds; otherwise it may be listed again some day, and then plays. */
  withdraw(id: string): Promise<void>;
  /** Somebody at the device holds it silent, or no more: what sounds falls silent, and may go on by its lateness policy. */
  onSilence(): void;
  close(): Promise<void>;
}

interface Options {
  entries: () => Iterable<Entry>;
  cache: Pick<MediaCache, "has" | "pathOf">;
  output: Output;
  journal: Journal;
  reporter: Reporter;
  now: () => number;
  clockTrusted: () => boolean;
  isOnline: () => boolean;
  policy: () => Policy;
  volumeFor: (entry: Entry) => number;
  log: BaseLogger;
  silence: Pick<Silence, "isOn">;
  supervise: Supervise;
}

/** Leads the plan to the output: one broadcast at a time, each at most once, by `nextStep` and `outranks`. */
export function createPlayer(options: Options): Player {
  const { entries, cache, output, journal, reporter, now, log } = options;
  const alarm = createAlarm(evaluate);
  /** Begun, and allowed to have the air again; `true` when it was heard already. */
  const resumable = new Map<string, boolean>();
  let onAir: Turn | null = null;
  let closed = false;

  const doneMark = (id: string) => ({ kind: "done", id, at: now() }) as const;

  for (const id of journal.cutOff()) {
    reporter.report({ type: "interrupted", broadcastId: id, reason: "restart" }, doneMark(id));
  }

  const isOpen = ({ id }: Entry) =>
    !journal.isDone(id) && (!journal.isBegun(id) || resumable.has(id)) && onAir?.entry.id !== id;

  const judge = (entry: Entry): Step =>
    nextStep(entry, {
      now: now(),
      cached: entry.items.every((item) => cache.has(item)),
      online: options.isOnline(),
      clockTrusted: options.clockTrusted(),
      policy: options.policy(),
      heard: journal.heard(),
      silenced: options.silence.isOn,
      airTaken: onAir !== null && onAir.entry.id !== entry.id && !outranks(entry, onAir.entry),
    });

  function evaluate(): void {
    if (closed) return;
    for (const entry of [...entries()].filter(isOpen).toSorted(byPrecedence)) {
      const step = judge(entry);
      if (step.kind === "wait") hold(entry, step.until, step.because);
      else if (step.kind === "drop") drop(entry, step.type, step.reason);
      else give(entry, step.seekMs);
    }
  }

  function hold({ id }: Entry, until: number, because?: ReasonCode): void {
    alarm.within(until - now());
    if (because)
      reporter.reportOnce(`held:${because}:${id}`, { type: "refused", broadcastId: id, reason: because });
  }

  function drop({ id }: Entry, type: "skipped" | "refused", reason: ReasonCode): void {
    resumable.delete(id);
    reporter.report({ type, broadcastId: id, reason }, doneMark(id));
    log.info({ broadcastId: id, type, reason }, "not playing");
  }

  function prepare(entry: Entry, seekMs: number): Promise<Prepared> {
    const round = entry.items.map((item) => ({ path: cache.pathOf(item), durationMs: item.durationMs }));
    return output.prepare({
      broadcastId: entry.id,
      startAt: entry.startAt,
      parts: Array.from({ length: roundsOf(entry) }, () => round).flat(),
      seekMs,
      volume: entry.silent ? 0 : options.volumeFor(entry),
    });
  }

  /** Gives the air to a broadcast; whoever has it now yields when its successor's instant has come. */
  function give(entry: Entry, seekMs: number): void {
    if (onAir) {
      if (onAir.ending) return; // it is on its way out
      if (now() < entry.startAt) return alarm.within(entry.startAt - now());
      return yieldAir(onAir, "preempted");
    }
    const { id } = entry;
    const turn: Turn = {
      entry,
      ending: null,
      prepared: null,
      started: false,
      over: Promise.resolve(),
      giveUp() {},
    };
    const wasHeard = resumable.get(id) ?? false;
    resumable.delete(id);
    onAir = turn;
    loop.moved(Math.max(0, entry.startAt - now()) + lengthOf(entry) - seekMs);
    const performed = perform(turn, seekMs, wasHeard, { prepare, judge, drop, journal, reporter, now, log });
    turn.over = Promise.race([performed, givenUp(turn)])
      .then((mayGoOn) => {
        if (mayGoOn) resumable.set(id, wasHeard || turn.started);
      })
      .catch((error: unknown) => {
        log.error({ err: error, broadcastId: id }, "the output failed");
        reporter.report({ type: "failed", broadcastId: id, reason: "output-failed" }, doneMark(id));
      })
      .finally(() => {
        onAir = null;
        loop.rests();
        evaluate();
      });
  }

  /** Rejects when the output neither comes to an end nor can be stopped. */
  function givenUp(turn: Turn): Promise<never> {
    return new Promise((_, reject) => {
      turn.giveUp = () => reject(new Error("the output stands still"));
    });
  }
  const loop = options.supervise(() => {
    void onAir?.prepared?.stop().catch(() => {});
    onAir?.giveUp();
  });

  /** One that was not heard yet loses nothing by waiting; its lateness policy decides then. */
  function yieldAir(turn: Turn, reason: ReasonCode): void {
    if (turn.ending) return;
    turn.ending = { reason, final: turn.started && turn.entry.lateness !== "join" };
    loop.moved(0);
    void turn.prepared?.stop();
  }

  /** Ends the turn if the broadcast has one. */
  async function end(id: string, ending: NonNullable<Turn["ending"]>): Promise<void> {
    if (onAir?.entry.id !== id) return;
    const turn = onAir;
    turn.ending = ending;
    loop.moved(0);
    await turn.prepared?.stop();
    await turn.over;
  }

  async function stop(id: string, reason: ReasonCode): Promise<void> {
    await end(id, { reason, final: true });
    if (journal.isDone(id)) return;
    resumable.delete(id);
    reporter.report({ type: "skipped", broadcastId: id, reason }, doneMark(id));
  }

  return {
    get onAir() {
      return onAir?.started ? onAir.entry : null;
    },
    wake: () => alarm.within(0),
    stop,

    onSilence() {
      if (options.silence.isOn && onAir) yieldAir(onAir, "silenced");
      alarm.within(0);
    },

    async withdraw(id) {
      if (journal.isDone(id)) return;
      const wasHeard = onAir?.entry.id === id ? onAir.started : (resumable.get(id) ?? false);
      if (wasHeard) return stop(id, "withdrawn");
      await end(id, { reason: "withdrawn", final: false });
      reporter.report({ type: "skipped", broadcastId: id, reason: "withdrawn" });
    },

    async close() {
      closed = true;
      alarm.clear();
      // What was not heard yet is still to come after a quick restart.
      // An alert is joined again as long as it stands.
      if (onAir)
        await end(onAir.entry.id, { reason: "restart", final: onAir.started && !isState(onAir.entry) });
    },
  };
}
