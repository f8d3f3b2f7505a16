import { randomUUID } from "node:crypto";
import type { Database } from "../../src/db/open.ts";
import type { PlaybackRecord } from "../../src/protocol/messages.ts";
import type { IncomingReport } from "../../src/reports/report-service.ts";
import { type Desk, openDesk } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";
import { median, type ReportRow } from "./report.ts";

const START = Date.parse("2026-11-30T20:00:00+08:00");
const DEVICES = 1_500;
const RECORDS_A_REPORT = 20;
/** Reports that arrive within one gathering of the uplink. */
const REPORTS_AT_ONCE = 100;
const ROUNDS = Number(process.env["BENCH_RUNS"] ?? 5);
const DUPLICATES = 1_000_000;

/** Reports as the uplink hands them over, stored by the service, against the same rows inserted in transactions of the same size. */
export async function reportIngestion(report: ReportRow): Promise<void> {
  const desk = await openDesk(createTestClock(START));
  try {
    const devices = enrolled(desk);
    const own: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const reports = reportsOf(devices, round);
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

    const again = reportsOf(devices, 0);
    const before = count(desk.db);
    let seen = 0;
    const duplicates = timed(() => {
      for (; seen < DUPLICATES; seen += rows) ingest(desk, again);
    });
    const more = count(desk.db) - before;
    if (more !== 0) throw new Error(`${more} duplicates were stored`);
    tell(`${DUPLICATES} duplicates refused, ${shape}`, seen, duplicates, median(raw), rows);
  } finally {
    await desk.close();
  }
}

function enrolled({ services }: Desk): string[] {
  const [county] = services.regions.roots();
  return services.transact(() =>
    Array.from(
      { length: DEVICES },
      () => services.devices.create({ regionCode: county ?? "", kind: "loudspeaker" }).id,
    ),
  );
}

/** One report a device, of a boot of its own in each round. */
const reportsOf = (devices: readonly string[], round: number): IncomingReport[] =>
  devices.map((deviceId) => ({
    deviceId,
    misfits: [],
    report: {
      bootId: `00000000-0000-4000-8000-${String(round).padStart(12, "0")}`,
      bootedAt: START,
      records: Array.from({ length: RECORDS_A_REPORT }, (_, index) => recordOf(index + 1)),
    },
  }));

const BROADCAST = randomUUID();
const recordOf = (seq: number): PlaybackRecord => ({
  seq,
  at: START + seq * 1000,
  upMs: seq * 1000,
  type: "finished",
  broadcastId: BROADCAST,
  latenessMs: 3,
  grade: "finished",
});

function ingest({ services }: Desk, reports: IncomingReport[]): void {
  for (let at = 0; at < reports.length; at += REPORTS_AT_ONCE)
    services.reports.ingest(reports.slice(at, at + REPORTS_AT_ONCE));
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

const count = (db: Database): number =>
  db.prepare<[], number>("SELECT COUNT(*) FROM playback_records").pluck().get() ?? 0;

function timed(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}
