import type { PlaybackRecord } from "../../src/protocol/messages.ts";
import type { Journal } from "../core/journal.ts";

type MemoryJournal = Pick<Journal, "record" | "unacknowledged" | "acknowledge" | "isNoted">;

/** The records of one boot, for a gateway that is never cut from its power. */
export function createMemoryJournal(bootId: string): MemoryJournal {
  let pending: PlaybackRecord[] = [];
  let lastSeq = 0;
  return {
    record(record) {
      lastSeq += 1;
      pending.push({ seq: lastSeq, ...record });
    },
    unacknowledged: () => (pending.length === 0 ? [] : [{ bootId, records: [...pending] }]),
    acknowledge(boot, seq) {
      if (boot === bootId) pending = pending.filter((record) => record.seq > seq);
    },
    isNoted: () => false,
  };
}
