import type { Database } from "../../src/db/open.ts";
import type { IncomingReport } from "../../src/reports/report-service.ts";
import { openDesk } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";
import {
  createDevices,
  ingest,
  RECORDS_A_REPORT,
  REPORTS_AT_ONCE,
  reportsOf,
  whatIsStored,
} from "../support/report-flood.ts";
import { median, type ReportRow } from "./report.ts";

const START = Date.parse("2026-11-30T20:00:00+08:00");
const DEVICES = 1_500;
const ROUNDS = Number(process.env["BENCH_RUNS"] ?? 5);
const DUPLICATES = 1_000_000;

/**
 * Reports as the uplink hands them over, stored by the service, against the same rows inserted in transactions of the same size; and a
 * million duplicates of them. @throws when a duplicate stores or changes anything, or a record is missing
 */
export async function reportIngestion(report: ReportRow): Promise<void> {
  const desk = await openDesk(createTestClock(START));
  try {
    const devices = createDevices(desk, DEVICES);
    const own: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const reports = reportsOf(devices, round, START);
      own.push(timed(() => ingest(desk, reports)));
      raw.push(timed(() => insertOnly(desk.db, reports)));
    }
    const rows = DEVICES * RECORDS_A_REPORT;
    const tell = (name: string, count: number, ms: number, baselineMs: number, baselineCount = count) => {
      const [value, baseline] = [count / (ms / 1000), baselineCount / (baselineMs / 1000)];
      report({ name, value, unit: "rows/s", baseline, ratio: value / baseline });
    };
    const shape = `${RECORDS_A_REPORT} a report, ${REPORTS_AT_ONCE} reports a transaction`;
    tell(`playback records stored, ${shape}`, rows, median(own), median(raw));

    const again = reportsOf(devices, 0, START);
    const before = whatIsStored(desk);
    if (before.records !== rows * ROUNDS || before.quarantined > 0)
      throw new Error(
        `${before.records} of ${rows * ROUNDS} records are stored, ${before.quarantined} in quarantine`,
      );
    let seen = 0;
    const duplicates = timed(() => {
      for (; seen < DUPLICATES; seen += rows) ingest(desk, again);
    });
    const after = whatIsStored(desk);
    if (after.digest !== before.digest || after.quarantined > 0)
      throw new Error(
        `duplicates left ${after.records - before.records} records more, or others than before`,
      );
    tell(
      `${DUPLICATES} duplicates, none stored, nothing changed, nothing lost, ${shape}`,
      seen,
      duplicates,
      median(raw),
      rows,
    );
  } finally {
    await desk.close();
  }
}

/** A table with the same columns and keys, and nothing that looks at what is in it. */
function insertOnly(db: Database, reports: IncomingReport[]): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS raw_records (device_id TEXT, boot_id TEXT, seq INTEGER, at INTEGER, claimed_at INTEGER, type TEXT,
       broadcast_id TEXT, lateness_ms REAL, grade TEXT, received_at INTEGER, PRIMARY KEY (device_id, boot_id, seq)) WITHOUT ROWID;
     CREATE INDEX IF NOT EXISTS raw_by_broadcast ON raw_records (broadcast_id, device_id);`,
  );
  const insert = db.prepare("INSERT OR IGNORE INTO raw_records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const batch = db.transaction((some: IncomingReport[]) => {
    for (const { deviceId, report } of some)
      for (const { seq, at, type, broadcastId, latenessMs, grade } of report.records)
        insert.run(deviceId, report.bootId, seq, at, at, type, broadcastId, latenessMs, grade, START);
  });
  for (let at = 0; at < reports.length; at += REPORTS_AT_ONCE) batch(reports.slice(at, at + REPORTS_AT_ONCE));
}

function timed(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}
