import { Compile } from "typebox/compile";
import { type PlaybackRecord, Report } from "../../src/protocol/messages.ts";
import { ackTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { readAs } from "./read-as.ts";
import type { Timeline } from "./timeline.ts";

/** A record as it came the first time. `arrivedAt`: the kit's time, epoch ms. */
export type Reported = PlaybackRecord & { bootId: string; arrivedAt: number };

/** What the gateway reported, taken from the timeline and acknowledged as a server does. */
export interface Records {
  /** Whether reports are acknowledged from now on. */
  acknowledges: boolean;
  /** Each record once. @param id of a broadcast or a command; every one without */
  records(id?: string): Reported[];
  /** The report in a payload, or `null` when it does not fit. */
  readReport(payload: string): Report | null;
}

interface Options {
  timeline: Timeline;
  deviceId: string;
  publish: (topic: string, payload: string) => Promise<void>;
}

const validator = Compile(Report);

export function createRecords({ timeline, deviceId, publish }: Options): Records {
  const reported = new Map<string, Reported>();
  const topic = uplinkTopic(deviceId, "report");
  let readUntil = 0;

  /** Takes what has come since the last call into account. */
  function readOn(): void {
    const fresh = timeline.of("publish", readUntil).filter((deed) => deed.topic === topic);
    readUntil = timeline.length;
    for (const { payload, at } of fresh) {
      const report = all.readReport(payload);
      if (!report) continue; // the case "well-formed" tells
      const { bootId, records } = report;
      for (const record of records) {
        const key = `${bootId} ${record.seq}`;
        if (!reported.has(key)) reported.set(key, { ...record, bootId, arrivedAt: at });
      }
      if (all.acknowledges) acknowledge(bootId);
    }
  }

  function acknowledge(bootId: string): void {
    let ackedSeq = 0;
    while (reported.has(`${bootId} ${ackedSeq + 1}`)) ackedSeq += 1;
    void publish(ackTopic(deviceId), JSON.stringify({ bootId, ackedSeq }));
  }

  const all: Records = {
    acknowledges: true,
    readReport: (payload) => readAs(validator, payload),
    records(id) {
      readOn();
      const known = [...reported.values()];
      return id === undefined
        ? known
        : known.filter(({ broadcastId, commandId }) => broadcastId === id || commandId === id);
    },
  };
  return all;
}
