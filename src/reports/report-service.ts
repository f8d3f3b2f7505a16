import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { messageOf } from "../errors.ts";
import type { Ack, Report } from "../protocol/messages.ts";
import {
  countGrades,
  type DeviceProof,
  type GradeCounts,
  type Lateness,
  latenessOf,
  provenBy,
} from "./proof.ts";
import type { DeviceRecordRow, ReportStore } from "./report-store.ts";

export interface IncomingReport {
  deviceId: string;
  report: Report;
}

export interface BroadcastProof {
  counts: GradeCounts;
  latenessMs: Lateness | null;
  devices: DeviceProof[];
}

export interface ReportService {
  /**
   * Stores reports in one transaction. Idempotent by device, boot and sequence number; any order, any age.
   * @returns for each report, what may be acknowledged once this has returned
   */
  ingest(reports: IncomingReport[]): { deviceId: string; ack: Ack }[];
  /** Keeps what could not be read as a report. */
  quarantine(deviceId: string, payload: string, problem: string): void;
  hasStarted(broadcastId: string): boolean;
  /**
   * What devices reported of a broadcast: a row for each of `deviceIds`, and for each other that reported and `isFor`
   * admits, such as one that was enrolled after the freeze.
   */
  proofOf(broadcastId: string, deviceIds: string[], isFor: (deviceId: string) => boolean): BroadcastProof;
  /** What one device said of a broadcast and of the commands about it, in order of its clock. */
  ofDevice(deviceId: string, broadcastId: string, commandIds: readonly string[]): DeviceRecordRow[];
  /** Called in the transaction that stores the record. */
  onRecord(listener: (deviceId: string, record: Report["records"][number]) => void): void;
}

export function createReportService(deps: {
  store: ReportStore;
  transact: Transact;
  clock: Clock;
}): ReportService {
  const { store, transact, clock } = deps;
  const listeners: ((deviceId: string, record: Report["records"][number]) => void)[] = [];

  function storeOne({ deviceId, report: { bootId, records } }: IncomingReport) {
    for (const record of records) {
      store.insert(record, { deviceId, bootId }, clock.now());
      for (const listener of listeners) listener(deviceId, record);
    }
    return { deviceId, ack: { bootId, ackedSeq: store.advanceCursor(deviceId, bootId) } };
  }

  return {
    ingest(reports) {
      try {
        return transact(() => reports.map(storeOne));
      } catch (error) {
        // One report that cannot be stored must not take the others of its moment with it.
        if (reports.length > 1) return reports.flatMap((report) => this.ingest([report]));
        for (const { deviceId, report } of reports) {
          store.quarantine(deviceId, JSON.stringify(report), messageOf(error), clock.now());
        }
        return [];
      }
    },

    quarantine: (deviceId, payload, problem) => store.quarantine(deviceId, payload, problem, clock.now()),
    hasStarted: store.hasStarted,
    ofDevice: store.ofDevice,
    onRecord: (listener) => void listeners.push(listener),

    proofOf(broadcastId, deviceIds, isFor) {
      const records = Map.groupBy(store.proofOf(broadcastId), (row) => row.deviceId);
      const expected = new Set(deviceIds);
      const others = [...records.keys()].filter((id) => !expected.has(id) && isFor(id));
      const devices = store.describeTargets([...expected, ...others]).map((target) => ({
        ...target,
        online: target.online === 1,
        ...provenBy(records.get(target.deviceId) ?? []),
      }));
      return {
        counts: countGrades(devices.map(({ grade }) => grade)),
        latenessMs: latenessOf(
          devices.flatMap(({ latenessMs }) => (latenessMs === null ? [] : [latenessMs])),
        ),
        devices,
      };
    },
  };
}
