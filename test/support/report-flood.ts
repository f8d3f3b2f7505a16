import { hash, randomUUID } from "node:crypto";
import type { PlaybackRecord } from "../../src/protocol/messages.ts";
import type { IncomingReport } from "../../src/reports/report-service.ts";
import type { Desk } from "./desk.ts";

export const RECORDS_A_REPORT = 20;
/** Reports that arrive within one gathering of the uplink, and are stored in one transaction. */
export const REPORTS_AT_ONCE = 100;

export function createDevices({ services }: Desk, count: number): string[] {
  const [county] = services.regions.roots();
  return services.transact(() =>
    Array.from(
      { length: count },
      () => services.devices.create({ regionCode: county ?? "", kind: "loudspeaker" }).id,
    ),
  );
}

/** One report a device, of a boot of its own in each round; the same again with the same `startMs`, epoch ms. */
export const reportsOf = (devices: readonly string[], round: number, startMs: number): IncomingReport[] =>
  devices.map((deviceId) => ({
    deviceId,
    misfits: [],
    report: {
      bootId: `00000000-0000-4000-8000-${String(round).padStart(12, "0")}`,
      bootedAt: startMs,
      records: Array.from({ length: RECORDS_A_REPORT }, (_, index) => recordOf(index + 1, startMs)),
    },
  }));

const BROADCAST = randomUUID();
const recordOf = (seq: number, startMs: number): PlaybackRecord => ({
  seq,
  at: startMs + seq * 1000,
  upMs: seq * 1000,
  type: "finished",
  broadcastId: BROADCAST,
  latenessMs: 3,
  grade: "finished",
});

/** As the uplink hands them over. @throws when one of them is not acknowledged whole */
export function ingest({ services }: Desk, reports: readonly IncomingReport[]): void {
  for (let at = 0; at < reports.length; at += REPORTS_AT_ONCE) {
    const some = reports.slice(at, at + REPORTS_AT_ONCE);
    const acks = services.reports.ingest(some);
    if (acks.length !== some.length || acks.some(({ ack }) => ack.ackedSeq !== RECORDS_A_REPORT))
      throw new Error("a report was not acknowledged whole");
  }
}

/** What is there of all that was reported: how much, and a hash of every word of it. */
export function whatIsStored({ db }: Desk): { records: number; quarantined: number; digest: string } {
  const rows = db.prepare("SELECT * FROM playback_records ORDER BY device_id, boot_id, seq").raw().all();
  const quarantined = db.prepare<[], number>("SELECT COUNT(*) FROM quarantined_reports").pluck().get() ?? 0;
  return { records: rows.length, quarantined, digest: hash("sha256", JSON.stringify(rows)) };
}
