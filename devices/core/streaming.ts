import type { Item } from "../../src/protocol/messages.ts";
import type { Output, Part, Prepared, Programme } from "./output.ts";

/** One that failed is not tried again for so long; the file may come meanwhile. */
const REST_MS = 10_000;

export interface Streaming {
  /** Whether an item whose file is not there can be shown all the same. */
  canShow(item: Item): boolean;
  /** What an item is shown from. */
  partOf(item: Item): Part;
  /** Prepares a programme, and keeps watch over it where it is a stream. @throws {NotNowError} also when it is abandoned */
  prepare(programme: Programme, abandoned: AbortSignal): Promise<Prepared>;
  /** The broadcast that is shown as a stream, which has the line to itself as far as its own file goes. */
  readonly broadcastId: string | null;
}

interface Options {
  output: Output;
  cache: { has(item: Item): boolean; pathOf(item: Item): string };
  isOnline: () => boolean;
  /** Another broadcast is shown as a stream now, or none. */
  onChange: () => void;
}

/** Shows what is due and has not arrived as a stream, where output and server have that, while the line holds. */
export function createStreaming({ output, cache, isOnline, onChange }: Options): Streaming {
  let restsUntil = -Infinity;
  let shown: string | null = null;

  function show(broadcastId: string | null): void {
    shown = broadcastId;
    onChange();
  }

  return {
    canShow: ({ stream }) =>
      output.streams === true && stream !== undefined && isOnline() && performance.now() >= restsUntil,

    partOf(item) {
      const file = { path: cache.pathOf(item), durationMs: item.durationMs };
      return cache.has(item) || item.stream === undefined ? file : { ...file, stream: item.stream };
    },

    async prepare(programme, abandoned) {
      if (!programme.parts.some(({ stream }) => stream)) return output.prepare(programme, abandoned);
      const rest = () => (restsUntil = performance.now() + REST_MS);
      const end = () => shown === programme.broadcastId && show(null);
      show(programme.broadcastId);
      const prepared = await output.prepare(programme, abandoned).catch((error: unknown) => {
        if (!abandoned.aborted) rest();
        end();
        throw error;
      });
      prepared.ended.then(({ reason }) => {
        if (reason === "stalled") rest();
        end();
      }, end);
      return prepared;
    },

    get broadcastId() {
      return shown;
    },
  };
}
