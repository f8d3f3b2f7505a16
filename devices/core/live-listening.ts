import type { LiveFeed } from "./output.ts";
import type { Entry, VoiceState } from "./plan.ts";

interface Options {
  openFeed: (broadcastId: string) => LiveFeed;
  now: () => number;
}

/**
 * Follows who speaks while nothing of it sounds here, as after a cut of the link: the air is not held meanwhile, and it is
 * joined as soon as there is something to be heard.
 */
export function createListening({ openFeed, now }: Options) {
  const feeds = new Map<string, LiveFeed>();

  function leave(id: string): void {
    feeds.get(id)?.close();
    feeds.delete(id);
  }

  return {
    stateOf({ id, startAt }: Entry): VoiceState {
      const feed = feeds.get(id) ?? openFeed(id);
      feeds.set(id, feed);
      const positionMs = now() - startAt;
      if (feed.ended && positionMs >= feed.endMs) return "over";
      return feed.hasSound(positionMs) ? "audible" : "silent";
    },
    /** The feed, for an output to go on with. */
    take(id: string): LiveFeed {
      const feed = feeds.get(id) ?? openFeed(id);
      feeds.delete(id);
      return feed;
    },
    leave,
    /** Leaves all that are not among these. */
    keepOnly(ids: ReadonlySet<string>): void {
      for (const id of feeds.keys()) if (!ids.has(id)) leave(id);
    },
  };
}
