import type { BaseLogger } from "pino";
import type { ReasonCode } from "../../src/protocol/messages.ts";
import { keepsQuietHours } from "../../src/protocol/quiet-hours.ts";
import type { Journal, Mark } from "./journal.ts";
import type { Prepared } from "./output.ts";
import { durationOf, type Entry, isState, type Step } from "./plan.ts";
import { untilExactly } from "./precise-wait.ts";
import type { Reporter } from "./reporter.ts";

/** The one broadcast that holds the output, or is about to. */
export interface Turn {
  entry: Entry;
  /** Set to end it; what it is reported as. `final` when it may not go on later. */
  ending: { reason: ReasonCode; final: boolean } | null;
  prepared: Prepared | null;
  /** It was heard before, and something took the air from it. */
  wasHeard: boolean;
  /** It is spoken live or shown as a stream, and so much of it did not come that it is not heard whole. */
  hasStalled: boolean;
  /** So much of it was jumped over that it is not heard whole. */
  hasGaps: boolean;
  started: boolean;
  /** It need not be prepared any more. */
  abandoned: AbortController;
  over: Promise<void>;
  /** Takes the air from it, whatever its output does. */
  giveUp: () => void;
}

interface Stage {
  prepare: (turn: Turn, seekMs: number) => Promise<Prepared>;
  /** Asked again in the last moment, for what has changed since. */
  judge: (entry: Entry) => Step;
  drop: (entry: Entry, type: "skipped" | "refused", reason: ReasonCode) => void;
  journal: Journal;
  reporter: Reporter;
  now: () => number;
  log: BaseLogger;
}

/** The journal is written this long before air: a slow card must not delay the first sample. */
const BEGIN_AHEAD_MS = 250;

/**
 * Performs one turn from the preparation to the last record.
 * @returns whether the broadcast may have the air again
 */
export async function perform(turn: Turn, seekMs: number, stage: Stage): Promise<boolean> {
  const { journal, reporter, now, log } = stage;
  const { entry, wasHeard, hasStalled: isRejoining } = turn;
  const { id } = entry;
  const endingOf = () => turn.ending;
  const isEnding = () => endingOf() !== null;
  const sound = entry.silent ? { silent: true } : {};

  const prepared = await stage.prepare(turn, seekMs);
  turn.prepared = prepared;
  await untilExactly(() => entry.startAt - BEGIN_AHEAD_MS - now(), isEnding);
  const before = journal.heardOf(id) ?? { at: Math.max(now(), entry.startAt), ms: 0 };
  const heard = (ms: number): Mark[] =>
    keepsQuietHours(entry.class) ? [{ kind: "heard", id, at: before.at, ms: before.ms + ms }] : [];
  /** It was not heard in this turn. */
  const takeBack = () => void (journal.isBegun(id) && journal.mark(...heard(0)));
  // On disk before the first sample: if the power goes from here on, it is not played again, but joined if it still stands,
  // and counts as heard whole.
  if (!isEnding() && !isState(entry)) {
    const whole = heard(durationOf(entry.items) - seekMs);
    if (journal.isBegun(id)) journal.mark(...whole);
    else journal.begin(id, now(), ...whole);
  }
  await untilExactly(() => entry.startAt - now(), isEnding);

  const step = stage.judge(entry);
  if (turn.ending || step.kind !== "play") {
    await prepared.stop();
    takeBack();
    if (turn.ending?.final) stage.drop(entry, "skipped", turn.ending.reason);
    else if (!turn.ending && step.kind === "drop") stage.drop(entry, step.type, step.reason);
    return !journal.isDone(id);
  }

  const begun = await prepared.start();
  if (!begun) {
    const { reason = "stopped" } = await prepared.ended;
    takeBack();
    // A stream of which nothing was seen waits as one that did not come at all.
    const isStillToCome = reason === "stalled" && entry.live === undefined;
    const ending = endingOf() ?? (isStillToCome ? { reason, final: false } : byItself(turn, reason));
    if (ending.final) stage.drop(entry, "skipped", ending.reason);
    return !ending.final;
  }
  const { firstSampleAt } = begun;
  turn.started = true;
  const latenessMs = Math.round((firstSampleAt - entry.startAt) * 10) / 10;
  // Two starts, and where the first one ended, say what of a voice was heard.
  if (!wasHeard || isRejoining) {
    reporter.report({
      at: Math.round(firstSampleAt),
      type: "started",
      broadcastId: id,
      latenessMs,
      ...sound,
    });
  }
  log.info({ broadcastId: id, latenessMs, seekMs, title: entry.title }, "on air");

  const ended = await prepared.ended;
  const { positionMs: exactMs, complete, hasGaps, sensed, reason: ownReason = "stopped" } = ended;
  const positionMs = Math.round(exactMs);
  // Also before something took the air from it.
  if (hasGaps) turn.hasGaps = true;
  const done = { kind: "done", id, at: now() } as const;
  const sounded = heard(Math.max(0, positionMs - seekMs));
  if (complete && (isRejoining || turn.hasGaps)) {
    reporter.report(
      { type: "interrupted", broadcastId: id, positionMs, reason: "stalled", ...sound },
      ...sounded,
      done,
    );
    log.info({ broadcastId: id, positionMs }, "heard to its end, but not whole");
    return false;
  }
  if (complete) {
    const grade = sensed ? ({ grade: "sensed" } as const) : {};
    reporter.report({ type: "finished", broadcastId: id, positionMs, ...grade, ...sound }, ...sounded, done);
    log.info({ broadcastId: id, positionMs }, "finished");
    return false;
  }
  const { reason, final } = endingOf() ?? byItself(turn, ownReason);
  const marks = [...sounded, ...(final ? [done] : [])];
  reporter.report({ type: "interrupted", broadcastId: id, positionMs, reason }, ...marks);
  log.info({ broadcastId: id, positionMs, reason }, "interrupted");
  return !final;
}

/** What stalled is joined again, where it may be, once there is something to be heard. */
function byItself(turn: Turn, reason: ReasonCode): NonNullable<Turn["ending"]> {
  const hasStalled = reason === "stalled";
  if (hasStalled) turn.hasStalled = true;
  const mayBeJoined = isState(turn.entry) || turn.entry.lateness === "join";
  return { reason, final: !(hasStalled && mayBeJoined) };
}
