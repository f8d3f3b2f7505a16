import { Readable } from "node:stream";
import aedesMemory from "aedes-persistence";

interface Retained {
  topic: string;
  payload: string | Buffer;
}

/** The part of aedes' memory that keeps retained messages. */
interface Memory {
  storeRetained(packet: Retained): Promise<void>;
  createRetainedStreamCombi(filters: string[]): Readable;
}

/** Its own types are of the variant with callbacks, and of another export. */
const createMemory = aedesMemory as unknown as () => Memory;

const hasWildcard = (filter: string): boolean => /[+#]/.test(filter);

/**
 * aedes' own memory, in which a retained message is found by its topic. aedes goes through all of them for each topic that is
 * subscribed to; every device has one, its presence, so that the return of a county would cost the square of its devices.
 */
export function createBrokerMemory(): Memory {
  const memory = createMemory();
  const retained = new Map<string, Retained>();
  const store = memory.storeRetained.bind(memory);
  const search = memory.createRetainedStreamCombi.bind(memory);

  return Object.assign(memory, {
    storeRetained(packet: Retained) {
      if (packet.payload.length === 0) retained.delete(packet.topic);
      else retained.set(packet.topic, { ...packet });
      return store(packet);
    },

    createRetainedStreamCombi(filters: string[]) {
      // Only the server's own.
      if (filters.some(hasWildcard)) return search(filters);
      return Readable.from(filters.flatMap((topic) => retained.get(topic) ?? []));
    },
  });
}
