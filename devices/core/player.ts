import type { BaseLogger } from "pino";
import type { Policy, ReasonCode } from "../../src/protocol/messages.ts";
import { byPrecedence, outranks } from "../../src/protocol/precedence.ts";
import { createAlarm } from "./alarm.ts";
import type { Journal, Mark } from "./journal.ts";
import { createListening } from "./live-listening.ts";
import type { MediaCache } from "./media-cache.ts";
import { type LiveFeed, NotNowError, type Output, type Prepared } from "./output.ts";
import { type Entry, isState, lengthOf, nextStep, roundsOf, type Step, type VoiceState } from "./plan.ts";
import type { Reporter } from "./reporter.ts";
import type { Silence } from "./silence.ts";
import { createStreaming } from "./streaming.ts";
import type { Supervise } from "./supervisor.ts";
import { perform, type Turn } from "./turn.ts";

export interface Player {
  /** What sounds at this moment. */
  readonly onAir: Entry | null;
  /** What is shown without its files; `null` for nothing. */
  readonly streamed: string | null;
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
  /** Something else is shown without its files, or nothing. */
  onStreamed: () => void;
  /** Follows what is spoken live. */
  openFeed: (broadcastId: string) => LiveFeed;
  log: BaseLogger;
  silence: Pick<Silence, "isOn">;
  /** What a restart cut off goes on where it would be by now, if its lateness policy says so. */
  rejoins: boolean;
  supervise: Supervise;
}

/** What of a broadcast was, when it may have the air again. */
type Past = Pick<Turn, "wasHeard" | "hasStalled" | "hasGaps">;
const NOTHING_YET: Past = { wasHeard: false, hasStalled: false, hasGaps: false };

/** Leads the plan to the output: one broadcast at a time, each at most once, by `nextStep` and `outranks`. */
export function createPlayer(options: Options): Player {
  const { entries, cache, output, journal, reporter, now, log } = options;
  const alarm = createAlarm(evaluate);
  const listening = createListening(options);
  const streaming = createStreaming({ ...options, onChange: options.onStreamed });
  /** Begun, and allowed to have the air again. */
  const resumable = new Map<string, Past>();
  let onAir: Turn | null = null;
  let closed = false;

  const doneMark = (id: string) => ({ kind: "done", id, at: now() }) as const;

  let cutOff = journal.cutOff();

  /** Once the plan is known: ends what a restart cut off, unless the rest of it may still be heard. */
  function settleCutOff(plan: readonly Entry[]): void {
    for (const id of cutOff) {
      const entry = plan.find((each) => each.id === id);
      const mayGoOn = options.rejoins && entry?.lateness === "join";
      const lateMs = Math.max(0, now() - (entry?.startAt ?? 0));
      const whole = journal.heardOf(id);
      const heard: Mark[] = whole ? [{ kind: "heard", ...whole, ms: Math.min(whole.ms, lateMs) }] : [];
      const marks = mayGoOn ? heard : [doneMark(id)];
      reporter.report({ type: "interrupted", broadcastId: id, reason: "restart" }, ...marks);
      if (mayGoOn) resumable.set(id, { ...NOTHING_YET, wasHeard: true });
    }
    cutOff = [];
  }

  const isOpen = ({ id }: Entry) =>
    !journal.isDone(id) && (!journal.isBegun(id) || resumable.has(id)) && onAir?.entry.id !== id;

  /** Before its start there may be nothing yet. */
  function voiceOf(entry: Entry, isHindered: boolean): VoiceState {
    const { id, live, startAt } = entry;
    if (live && !isHindered && onAir?.entry.id !== id && now() > startAt) return listening.stateOf(entry);
    listening.leave(id);
    return "audible";
  }

  function judge(entry: Entry): Step {
    const others = onAir === null || onAir.entry.id === entry.id ? null : onAir.entry;
    const airTaken = others !== null && !outranks(entry, others);
    const nothingSounds = others === null || others.silent === true;
    const silenced = options.silence.isOn;
    return nextStep(entry, {
      now: now(),
      cached: entry.items.every((item) => cache.has(item) || (nothingSounds && streaming.canShow(item))),
      voice: voiceOf(entry, airTaken || silenced),
      online: options.isOnline(),
      clockTrusted: options.clockTrusted(),
      policy: options.policy(),
      heard: journal.heard(),
      silenced,
      airTaken,
    });
  }

  function evaluate(): void {
    if (closed) return;
    const plan = [...entries()];
    // How much of it was heard, and may still be, only such a clock can say.
    if (!options.rejoins || options.clockTrusted()) settleCutOff(plan);
    const open = plan.filter(isOpen).toSorted(byPrecedence);
    listening.keepOnly(new Set(open.map(({ id }) => id)));
    for (const entry of open) {
      const step = judge(entry);
      if (step.kind === "wait") hold(entry, step.until, step.because);
      else if (step.kind === "drop") drop(entry, step.type, step.reason);
      else give(entry, seekOf(entry, step.seekMs));
    }
  }

  /** What was heard is not heard again, not even its first moments. */
  const seekOf = ({ id, startAt }: Entry, seekMs: number): number =>
    resumable.get(id)?.wasHeard ? Math.max(seekMs, now() - startAt) : seekMs;

  function hold({ id }: Entry, until: number, because?: ReasonCode): void {
    alarm.within(until - now());
    if (because)
      reporter.reportOnce(`held:${because}:${id}`, { type: "refused", broadcastId: id, reason: because });
  }

  function drop({ id }: Entry, type: "skipped" | "refused", reason: ReasonCode): void {
    const past = onAir?.entry.id === id ? onAir : resumable.get(id);
    resumable.delete(id);
    listening.leave(id);
    // Where it stalled is said already.
    if (past?.wasHeard && (reason === "stalled" || past.hasStalled)) journal.mark(doneMark(id));
    else reporter.report({ type, broadcastId: id, reason }, doneMark(id));
    log.info({ broadcastId: id, type, reason }, "not playing");
  }

  async function prepare({ entry, abandoned }: Turn, seekMs: number): Promise<Prepared> {
    const { id: broadcastId, startAt, live } = entry;
    const volume = entry.silent ? 0 : options.volumeFor(entry);
    if (live) {
      const { longestMs } = live;
      return output.prepareLive({
        broadcastId,
        startAt,
        longestMs,
        volume,
        feed: listening.take(broadcastId),
      });
    }
    const round = entry.items.map(streaming.partOf);
    const programme = {
      broadcastId,
      startAt,
      parts: Array.from({ length: roundsOf(entry) }, () => round).flat(),
      seekMs,
      ...(entry.lateness === "join" ? { joins: true } : {}),
      volume,
      ...(entry.silent ? { silent: true } : {}),
    };
    return streaming.prepare(programme, abandoned.signal);
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
      ...(resumable.get(id) ?? NOTHING_YET),
      started: false,
      abandoned: new AbortController(),
      over: Promise.resolve(),
      giveUp() {},
    };
    resumable.delete(id);
    onAir = turn;
    loop.moved(Math.max(0, entry.startAt - now()) + lengthOf(entry) - seekMs);
    const performed = perform(turn, seekMs, { prepare, judge, drop, journal, reporter, now, log });
    turn.over = Promise.race([performed, givenUp(turn)])
      .then((mayGoOn) => {
        const { started, wasHeard, hasStalled, hasGaps } = turn;
        if (mayGoOn) resumable.set(id, { wasHeard: wasHeard || started, hasStalled, hasGaps });
      })
      .catch((error: unknown) => {
        if (error instanceof NotNowError) return waitForMore(turn, error);
        log.error({ err: error, broadcastId: id }, "the output failed");
        reporter.report({ type: "failed", broadcastId: id, reason: "output-failed" }, doneMark(id));
      })
      .finally(() => {
        onAir = null;
        loop.rests();
        evaluate();
      });
  }

  /** What could not be shown now: the file may come, the stream be there again, or what took the air be over. */
  function waitForMore({ entry, ending, wasHeard, hasStalled, hasGaps }: Turn, error: NotNowError): void {
    log.warn({ err: error, broadcastId: entry.id }, "not shown now");
    if (ending?.final) drop(entry, "skipped", ending.reason);
    else resumable.set(entry.id, { wasHeard, hasStalled, hasGaps });
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
    void quit(turn);
  }

  async function quit({ prepared, abandoned }: Turn): Promise<void> {
    abandoned.abort();
    await prepared?.stop();
  }

  /** Ends the turn if the broadcast has one. */
  async function end(id: string, ending: NonNullable<Turn["ending"]>): Promise<void> {
    if (onAir?.entry.id !== id) return;
    const turn = onAir;
    turn.ending = ending;
    loop.moved(0);
    await quit(turn);
    await turn.over;
  }

  async function stop(id: string, reason: ReasonCode): Promise<void> {
    await end(id, { reason, final: true });
    if (journal.isDone(id)) return;
    resumable.delete(id);
    listening.leave(id);
    reporter.report({ type: "skipped", broadcastId: id, reason }, doneMark(id));
  }

  return {
    get onAir() {
      return onAir?.started ? onAir.entry : null;
    },
    get streamed() {
      return streaming.broadcastId;
    },
    wake: () => alarm.within(0),
    stop,

    onSilence() {
      if (options.silence.isOn && onAir) yieldAir(onAir, "silenced");
      alarm.within(0);
    },

    async withdraw(id) {
      if (journal.isDone(id)) return;
      const wasHeard = onAir?.entry.id === id ? onAir.started : resumable.get(id)?.wasHeard;
      if (wasHeard) return stop(id, "withdrawn");
      await end(id, { reason: "withdrawn", final: false });
      reporter.report({ type: "skipped", broadcastId: id, reason: "withdrawn" });
    },

    async close() {
      closed = true;
      alarm.clear();
      listening.keepOnly(new Set());
      // What was not heard yet is still to come after a quick restart.
      // What goes on by itself is joined again.
      if (onAir)
        await end(onAir.entry.id, { reason: "restart", final: onAir.started && !isState(onAir.entry) });
    },
  };
}
