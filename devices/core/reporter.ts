import type { Ack, PlaybackRecord, Report } from "../../src/protocol/messages.ts";
import { createAlarm } from "./alarm.ts";
import type { Journal, Mark } from "./journal.ts";
import { type Supervise, unsupervised } from "./supervisor.ts";

export interface Reporter {
  /** Journals the record along with what it settles, then sends it as soon as the broker can be reached. */
  report(record: Omit<PlaybackRecord, "seq" | "at"> & { at?: number }, ...marks: Mark[]): void;
  /** Reports once, over restarts too; whether it was the first time. */
  reportOnce(key: string, record: Omit<PlaybackRecord, "seq" | "at">): boolean;
  onAck(ack: Ack): void;
  /** Sends what has not been acknowledged. */
  flush(): void;
  close(): void;
}

interface Options {
  journal: Pick<Journal, "record" | "unacknowledged" | "acknowledge" | "isNoted">;
  now: () => number;
  isOnline: () => boolean;
  send: (report: Report) => Promise<void>;
  supervise?: Supervise;
}

const RECORDS_A_MESSAGE = 100;
/** Records of one moment travel together. */
const GATHER_MS = 50;
const RESEND_MS = 10_000;

/** Records leave the journal only when the server's application acknowledged them, however often they were sent. */
export function createReporter({
  journal,
  now,
  isOnline,
  send,
  supervise = unsupervised,
}: Options): Reporter {
  const alarm = createAlarm(flush);
  const loop = supervise(flush);

  function flush(): void {
    loop.rests();
    if (!isOnline()) return;
    const waiting = journal.unacknowledged();
    for (const report of waiting) {
      // What is lost on the way is sent again after RESEND_MS.
      send({ ...report, records: report.records.slice(0, RECORDS_A_MESSAGE) }).catch(() => {});
    }
    if (waiting.length > 0) within(RESEND_MS);
  }

  function within(ms: number): void {
    alarm.within(ms);
    loop.moved(ms);
  }

  function report(record: Omit<PlaybackRecord, "seq" | "at"> & { at?: number }, ...marks: Mark[]): void {
    const at = record.at ?? Math.round(now());
    const upMs = Math.max(0, Math.round(performance.now() - (now() - at)));
    journal.record({ ...record, at, upMs }, ...marks);
    within(GATHER_MS);
  }

  return {
    report,
    reportOnce(key, record) {
      if (journal.isNoted(key)) return false;
      report(record, { kind: "noted", key, at: now() });
      return true;
    },
    onAck({ bootId, ackedSeq }) {
      const before = journal.unacknowledged().find((boot) => boot.bootId === bootId)?.records.length ?? 0;
      journal.acknowledge(bootId, ackedSeq);
      const after = journal.unacknowledged().find((boot) => boot.bootId === bootId)?.records.length ?? 0;
      if (after > 0 && after < before) within(GATHER_MS);
    },
    flush,
    close: alarm.clear,
  };
}
