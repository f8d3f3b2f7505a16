import type { LiveFeed, LiveSound } from "./output.ts";

/** A voice for several outputs in turn: what one has taken before it is due, the next one gets again. */
export function shareFeed(feed: LiveFeed) {
  /** What was taken and is not over. */
  let taken: LiveSound[] = [];

  /** As one output has it, which does not close it. */
  function view(): LiveFeed {
    let lastAt = Number.NEGATIVE_INFINITY;

    function next(positionMs: number): LiveSound | null {
      taken = taken.filter(({ atMs, durationMs }) => atMs + durationMs > positionMs);
      const again = taken.find(({ atMs }) => atMs > lastAt);
      if (again) return again;
      const fresh = feed.take(positionMs);
      if (fresh) taken.push(fresh);
      return fresh;
    }

    return {
      take(positionMs) {
        const part = next(positionMs);
        lastAt = part?.atMs ?? lastAt;
        return part;
      },
      hasSound: feed.hasSound,
      get endMs() {
        return feed.endMs;
      },
      get ended() {
        return feed.ended;
      },
      close() {},
    };
  }

  return { view, close: feed.close };
}
