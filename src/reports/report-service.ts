import type { Clock } from "../clock.ts";
import type { Transact } from "../db/open.ts";
import { messageOf } from "../errors.ts";
import type { Ack, PlaybackRecord, Report } from "../protocol/messages.ts";
import type { Misfit } from "../protocol/read-report.ts";
import {
  countGrades,
  type DeviceProof,
  type GradeCounts,
  type Lateness,
  latenessOf,
  type Proven,
  provenBy,
} from "./proof.ts";
import type {
  DeviceRecordRow,
  FromBoot,
  PlayedBefore,
  PlayedRow,
  QuarantinedRow,
  QuarantineFilter,
  ReportStore,
  StoredRecord,
} from "./report-store.ts";

export interface IncomingReport {
  deviceId: string;
  report: Report;
  /** Records of the same report that are not as they should be. */
  misfits: Misfit[];
}

export interface BroadcastProof {
  counts: GradeCounts;
  latenessMs: Lateness | null;
  devices: DeviceProof[];
}

/** What a device proved of one broadcast. */
export type Played = Omit<PlayedRow, "silent"> & { silent: boolean } & Proven;

export interface ReportService {
  /**
   * Stores reports in one transaction. Idempotent by device, boot and sequence number; any order, any age. A record that
   * fits no schema, or says otherwise than the one that is stored under its number, goes to the quarantine and counts as
   * received.
   * @returns for each report, what may be acknowledged once this has returned
   */
  ingest(reports: IncomingReport[]): { deviceId: string; ack: Ack }[];
  /** Keeps what could not be read as a report. */
  quarantine(deviceId: string, payload: string, problem: string): void;
  /** The devices that reported a start of it, meant or not. */
  startedBy(broadcastId: string): string[];
  /**
   * What devices reported of a broadcast: a row for each of `deviceIds`, and for each other that reported and `isFor`
   * admits, such as one that was enrolled after the freeze.
   */
  proofOf(broadcastId: string, deviceIds: string[], isFor: (deviceId: string) => boolean): BroadcastProof;
  /** What one device said of a broadcast and of the commands about it, in order of its clock. */
  ofDevice(deviceId: string, broadcastId: string, commandIds: readonly string[]): DeviceRecordRow[];
  /** What was meant for a device or was reported by it, newest first. */
  playedBy(deviceId: string, before: PlayedBefore, limit: number): Played[];
  /** Newest first, older than the row `before`. */
  quarantined(filter: QuarantineFilter, before: number, limit: number): QuarantinedRow[];
  /** Called in the transaction that stores the record, once. */
  onRecord(listener: (deviceId: string, record: PlaybackRecord) => void): void;
}

const CONTRADICTS =
  "another record is stored under this boot and number: a second device with the same identity, or a lost journal";

/** By the begin of the boot when the device has measured it, which a clock that was wrong at the time cannot. */
const instantOf = ({ at, upMs }: PlaybackRecord, bootedAt: number | undefined): number =>
  bootedAt === undefined || upMs === undefined ? at : Math.round(bootedAt + upMs);

const isSame = (record: PlaybackRecord, stored: StoredRecord): boolean =>
  record.at === stored.claimedAt &&
  record.type === stored.type &&
  (record.broadcastId ?? null) === stored.broadcastId &&
  (record.commandId ?? null) === stored.commandId &&
  (record.reason ?? null) === stored.reason;

export function createReportService(deps: {
  store: ReportStore;
  transact: Transact;
  clock: Clock;
}): ReportService {
  const { store, transact, clock } = deps;
  const listeners: ((deviceId: string, record: PlaybackRecord) => void)[] = [];

  function storeOne({ deviceId, report, misfits }: IncomingReport) {
    const { bootId, bootedAt, records } = report;
    const from = { deviceId, bootId };
    const now = clock.now();
    for (const misfit of misfits) store.quarantine({ ...from, ...misfit }, now);
    for (const record of records) {
      const at = instantOf(record, bootedAt);
      if (store.insert(record, from, at, now))
        for (const listener of listeners) listener(deviceId, { ...record, at });
      else meetAgain(record, from, at, now);
    }
    return { deviceId, ack: { bootId, ackedSeq: store.advanceCursor(deviceId, bootId) } };
  }

  /** The same record again may know its instant better by now; another one under its number must not be lost. */
  function meetAgain(record: PlaybackRecord, from: FromBoot, at: number, now: number): void {
    const stored = store.stored(record.seq, from);
    if (!stored) return; // only its misfit is known by this number
    if (!isSame(record, stored)) {
      store.quarantine(
        { ...from, seq: record.seq, payload: JSON.stringify(record), problem: CONTRADICTS },
        now,
      );
    } else if (at !== record.at && at !== stored.at) store.correctInstant(record.seq, from, at);
  }

  return {
    ingest(reports) {
      try {
        return transact(() => reports.map(storeOne));
      } catch (error) {
        // One report that cannot be stored must not take the others of its moment with it.
        if (reports.length > 1) return reports.flatMap((report) => this.ingest([report]));
        for (const { deviceId, report } of reports) {
          store.quarantine(
            { deviceId, payload: JSON.stringify(report), problem: messageOf(error) },
            clock.now(),
          );
        }
        return [];
      }
    },

    quarantine: (deviceId, payload, problem) => store.quarantine({ deviceId, payload, problem }, clock.now()),
    quarantined: store.quarantined,
    startedBy: store.startedBy,
    ofDevice: store.ofDevice,

    playedBy(deviceId, before, limit) {
      const rows = store.playedBy(deviceId, before, limit);
      const said = Map.groupBy(
        store.ofBroadcasts(
          deviceId,
          rows.map(({ broadcastId }) => broadcastId),
        ),
        ({ broadcastId }) => broadcastId,
      );
      return rows.map((row) => ({
        ...row,
        silent: row.silent === 1,
        ...provenBy(said.get(row.broadcastId) ?? []),
      }));
    },

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
