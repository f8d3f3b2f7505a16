import { afterEach, beforeEach, expect, test } from "vitest";
import { type Desk, openDesk } from "../support/desk.ts";
import { createTestClock } from "../support/fleet.ts";
import { createDevices, ingest, RECORDS_A_REPORT, reportsOf, whatIsStored } from "../support/report-flood.ts";

const START = Date.parse("2026-11-30T20:00:00+08:00");
const DEVICES = 100;
/** `npm run bench -- report-ingestion` does it with a million. */
const DUPLICATES = 40_000;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(createTestClock(START));
});
afterEach(() => desk.close());

test(`${DUPLICATES} duplicates of records store nothing, change nothing and lose nothing, over a restart too`, async () => {
  const devices = createDevices(desk, DEVICES);
  const reports = reportsOf(devices, 0, START);
  ingest(desk, reports);
  const once = whatIsStored(desk);
  expect(once).toMatchObject({ records: DEVICES * RECORDS_A_REPORT, quarantined: 0 });

  const times = DUPLICATES / once.records;
  for (let time = 0; time < times; time += 1) {
    if (time === times / 2) await desk.restart();
    // Another order each time.
    ingest(desk, [...reports.slice(time), ...reports.slice(0, time)].toReversed());
  }
  expect(whatIsStored(desk)).toEqual(once);
});
