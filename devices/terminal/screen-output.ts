import { liveEnding } from "../core/live-ending.ts";
import {
  type Ending,
  type LiveProgramme,
  MediaError,
  NotNowError,
  type Output,
  type Prepared,
} from "../core/output.ts";
import type { Answer, Cue } from "./messages.ts";

/** The page's screen and sound, as the device in the worker drives it. */
export interface ScreenOutput extends Output {
  /** What the page says of a broadcast. */
  onAnswer(answer: Answer): void;
}

interface Promised {
  prepared: PromiseWithResolvers<void>;
  started: PromiseWithResolvers<{ firstSampleAt: number } | null>;
  ended: PromiseWithResolvers<Ending>;
  /** Where a stream begins, ms into the whole; `null` for what is no stream. */
  streamedFromMs: number | null;
}

/** How often a voice is asked for its next part; how far ahead of its time a part is handed on does not matter. */
const LOOK_EVERY_MS = 40;

export function createScreenOutput(tell: (cue: Cue) => void, now: () => number): ScreenOutput {
  const cues = new Map<number, Promised>();
  let lastId = 0;

  function open(streamedFromMs: number | null = null): { id: number; cue: Promised } {
    lastId += 1;
    const cue: Promised = {
      prepared: Promise.withResolvers(),
      started: Promise.withResolvers(),
      ended: Promise.withResolvers(),
      streamedFromMs,
    };
    // Also when nobody waits for them yet.
    for (const { promise } of [cue.prepared, cue.started, cue.ended]) promise.catch(() => {});
    cues.set(lastId, cue);
    return { id: lastId, cue };
  }

  const preparedFor = (id: number, { started, ended }: Promised): Prepared => ({
    ended: ended.promise,
    start() {
      tell({ kind: "start", id });
      return started.promise;
    },
    async stop() {
      tell({ kind: "stop", id });
      await ended.promise.catch(() => {});
    },
  });

  /** Hands its parts on as they come, and says when it is over. */
  function follow(id: number, programme: LiveProgramme, cue: Promised): void {
    const { startAt, feed } = programme;
    const settle = (ending: Omit<Ending, "positionMs">) => {
      if (ending.complete) tell({ kind: "part", id, part: null });
      else tell({ kind: "stop", id });
      onAnswer({
        kind: "ended",
        id,
        ending: { positionMs: Math.max(0, Math.min(now() - startAt, feed.endMs)), ...ending },
      });
    };
    let isHeard = false;
    cue.started.promise.then(
      (started) => (isHeard = started !== null),
      () => {},
    );
    const timer = setInterval(() => {
      const position = now() - startAt;
      for (let part = feed.take(position); part; part = feed.take(position))
        tell({ kind: "part", id, part: { atMs: part.atMs, bytes: part.bytes } });
      const ending = liveEnding(programme, position, isHeard);
      if (ending) settle(ending);
    }, LOOK_EVERY_MS);
    const end = () => {
      clearInterval(timer);
      feed.close();
    };
    cue.ended.promise.then(end, end);
  }

  function onAnswer(answer: Answer): void {
    const cue = cues.get(answer.id);
    if (!cue) return;
    const { prepared, started, ended, streamedFromMs } = cue;
    switch (answer.kind) {
      case "prepared":
        prepared.resolve();
        break;
      case "started":
        started.resolve(answer.firstSampleAt === null ? null : { firstSampleAt: answer.firstSampleAt });
        break;
      case "ended":
        cues.delete(answer.id);
        ended.resolve(answer.ending);
        started.resolve(null);
        break;
      case "failed": {
        cues.delete(answer.id);
        if (streamedFromMs !== null) {
          prepared.reject(new NotNowError(answer.what));
          ended.resolve({ positionMs: streamedFromMs, complete: false, reason: "stalled" });
          started.resolve(null);
          break;
        }
        const error = answer.isMedia ? new MediaError(answer.what) : new Error(answer.what);
        rejectAll(cue, error);
        break;
      }
    }
  }

  function rejectAll({ prepared, started, ended }: Promised, error: Error): void {
    for (const { reject } of [prepared, started, ended]) reject(error);
  }

  return {
    name: "screen",
    streams: true,
    onAnswer,
    async prepare(programme, abandoned) {
      const isStreamed = programme.parts.some(({ stream }) => stream);
      const { id, cue } = open(isStreamed ? programme.seekMs : null);
      const abandon = () => {
        tell({ kind: "stop", id });
        cues.delete(id);
        rejectAll(cue, new NotNowError("it is not to be shown any more"));
      };
      abandoned?.addEventListener("abort", abandon);
      tell({ kind: "prepare", id, programme });
      try {
        await cue.prepared.promise;
      } finally {
        abandoned?.removeEventListener("abort", abandon);
      }
      return preparedFor(id, cue);
    },
    prepareLive(programme) {
      const { id, cue } = open();
      const { startAt, volume } = programme;
      tell({ kind: "prepare-live", id, programme: { startAt, volume } });
      follow(id, programme, cue);
      return preparedFor(id, cue);
    },
    async testTone(durationMs, volume, signal) {
      const { id, cue } = open();
      const stop = () => tell({ kind: "stop", id });
      tell({ kind: "tone", id, durationMs, volume });
      signal.addEventListener("abort", stop);
      try {
        await cue.ended.promise;
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}
