import { liveEnding } from "../core/live-ending.ts";
import type { Ending, LiveProgramme, Output, Prepared, Programme } from "../core/output.ts";

interface Options {
  now: () => number;
  /** The first sample of a broadcast would be heard now. */
  onSound: (broadcastId: string) => void;
}

const LOOK_MS = 250;

/** Takes as long as sound would, and makes none. */
export function createSilentOutput({ now, onSound }: Options): Output {
  function prepare({ broadcastId, parts, seekMs }: Programme): Prepared {
    const wholeMs = parts.reduce((sum, { durationMs }) => sum + durationMs, 0);
    let startedAt: number | null = null;
    let timer: NodeJS.Timeout | undefined;
    const over = createEnd(() => clearTimeout(timer));
    return {
      async start() {
        if (over.isReached) return null;
        startedAt = now();
        onSound(broadcastId);
        timer = setTimeout(() => over.reach({ positionMs: wholeMs, complete: true }), wholeMs - seekMs);
        return { firstSampleAt: startedAt };
      },
      ended: over.ended,
      async stop() {
        const heardMs = startedAt === null ? 0 : now() - startedAt;
        over.reach({ positionMs: seekMs + heardMs, complete: false });
      },
    };
  }

  function prepareLive(programme: LiveProgramme): Prepared {
    const { broadcastId, startAt, feed } = programme;
    const begun = Promise.withResolvers<{ firstSampleAt: number } | null>();
    let isBegun = false;
    const timer = setInterval(look, LOOK_MS);
    const over = createEnd(() => {
      clearInterval(timer);
      feed.close();
      begun.resolve(null);
    });

    function look(): void {
      const positionMs = now() - startAt;
      while (feed.take(positionMs)) begin();
      const ending = liveEnding(programme, positionMs, isBegun);
      if (ending) over.reach({ positionMs: Math.min(positionMs, feed.endMs), ...ending });
    }

    function begin(): void {
      if (isBegun) return;
      isBegun = true;
      onSound(broadcastId);
      begun.resolve({ firstSampleAt: now() });
    }
    return {
      start: () => begun.promise,
      ended: over.ended,
      stop: async () => over.reach({ positionMs: Math.max(0, now() - startAt), complete: false }),
    };
  }

  return {
    name: "none",
    prepare: async (programme) => prepare(programme),
    prepareLive,
    testTone: async () => {},
  };
}

/** An end that is reached once, whoever gets there first. */
function createEnd(onReached: () => void) {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let isReached = false;
  return {
    ended: promise,
    get isReached() {
      return isReached;
    },
    reach(ending: Ending): void {
      if (isReached) return;
      isReached = true;
      onReached();
      resolve(ending);
    },
  };
}
