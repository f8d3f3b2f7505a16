import { EventEmitter, once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";

/** One thing that the gateway under test did, in the order in which the kit saw it. `at`: the kit's time, epoch ms. */
export type Deed =
  | { kind: "request"; at: number; method: string; path: string; headers: IncomingHttpHeaders; body: unknown }
  | {
      kind: "connect";
      at: number;
      connection: number;
      clientId: string;
      username: string | undefined;
      protocolVersion: number;
      clean: boolean;
      keepaliveS: number;
      will: { topic: string; payload: string; qos: number; retain: boolean } | null;
    }
  | { kind: "subscribe"; at: number; connection: number; filter: string; qos: number }
  | {
      kind: "publish";
      at: number;
      connection: number;
      topic: string;
      payload: string;
      qos: number;
      retain: boolean;
    }
  | { kind: "disconnect"; at: number; connection: number };

export type DeedOf<K extends Deed["kind"]> = Extract<Deed, { kind: K }>;

/** All that happened, and a way to wait for more of it. */
export interface Timeline {
  readonly length: number;
  /** A number that no other connection has, over restarts of the kit's broker too. */
  nextConnection(): number;
  add(deed: Deed): void;
  /** Those of a kind, in order. @param since where to begin, a `length` of before */
  of<K extends Deed["kind"]>(kind: K, since?: number): DeedOf<K>[];
  /** Where in the whole a deed stands. */
  indexOf(deed: Deed): number;
  /** Resolves to whether the condition came to hold; asked again at each deed. */
  comes(condition: () => boolean, timeoutMs: number): Promise<boolean>;
}

export function createTimeline(): Timeline {
  const deeds: Deed[] = [];
  let connections = 0;
  const news = new EventEmitter().setMaxListeners(0);

  return {
    get length() {
      return deeds.length;
    },
    nextConnection() {
      connections += 1;
      return connections;
    },
    add(deed) {
      deeds.push(deed);
      news.emit("deed");
    },
    of: <K extends Deed["kind"]>(kind: K, since = 0) =>
      deeds.slice(since).filter((deed): deed is DeedOf<K> => deed.kind === kind),
    indexOf: (deed) => deeds.indexOf(deed),
    async comes(condition, timeoutMs) {
      const limit = AbortSignal.timeout(timeoutMs);
      while (!condition()) {
        const isOver = await once(news, "deed", { signal: limit }).then(
          () => false,
          () => true,
        );
        if (isOver) return condition();
      }
      return true;
    },
  };
}
