import type { ServerLink } from "../core/server-link.ts";
import { wait } from "../core/wait.ts";

/** The way between a box and the server. */
export interface Line {
  readonly isUp: boolean;
  /** Resolves when what is sent now has come through. @throws when it does not */
  pass(): Promise<void>;
  /** Out, or back again. */
  turn(isUp: boolean): void;
}

/** @param delayMs how long the next packet is under way */
export function createLine(delayMs: () => number): Line {
  let isUp = true;
  return {
    get isUp() {
      return isUp;
    },
    async pass() {
      const ms = delayMs();
      if (ms > 0) await wait(ms);
      if (!isUp) throw new Error("the line is out");
    },
    turn: (next) => void (isUp = next),
  };
}

/** What a box asks of the server, by its line. */
export function overLine(line: Line, link: ServerLink): ServerLink {
  async function both<T>(ask: () => Promise<T>): Promise<T> {
    await line.pass();
    const answer = await ask();
    await line.pass();
    return answer;
  }
  return {
    fetchPlaylist: (etag) => both(() => link.fetchPlaylist(etag)),
    fetchKeySets: (after) => both(() => link.fetchKeySets(after)),
    fetchLiveIndex: (...asked) => both(() => link.fetchLiveIndex(...asked)),
    openMedia: (...asked) => both(() => link.openMedia(...asked)),
    async sampleTime() {
      const sentAt = performance.now();
      const { t2, t3 } = await both(() => link.sampleTime());
      return { sentAt, receivedAt: performance.now(), t2, t3 };
    },
  };
}
