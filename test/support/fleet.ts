import type { Clock } from "../../src/clock.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import type { DeviceIdentity } from "../../src/devices/device.ts";
import { createDeviceCounts, type DeviceCounts } from "../../src/devices/device-counts.ts";
import { createDeviceService, type DeviceService } from "../../src/devices/device-service.ts";
import { createDeviceStore } from "../../src/devices/device-store.ts";
import { createEnrolmentStore } from "../../src/devices/enrolment-store.ts";
import { createTelemetryStore } from "../../src/devices/telemetry-store.ts";
import type { DeviceKind } from "../../src/protocol/messages.ts";
import { createRegionService, type RegionService } from "../../src/regions/region-service.ts";
import { createRegionStore } from "../../src/regions/region-store.ts";

export const COUNTY = "370783000000";
export const TOWN = "370783112000";
export const OTHER_TOWN = "370783109000";
export const VILLAGE = "370783112201";
export const NEIGHBOUR = "370783112202";
export const FAR_VILLAGE = "370783109201";

export const REGIONS_CSV = `code,level,parent,name,note
370783000000,county,,寿光市,
370783112000,town,370783000000,稻田镇,
370783109000,town,370783000000,侯镇,
370783112201,village,370783112000,东村,
370783112202,village,370783112000,西村,
370783109201,village,370783109000,远村,
`;

export interface TestClock extends Clock {
  /** Lets time pass. */
  advance(ms: number): void;
  /** Sets the wall clock while no time passes. */
  step(ms: number): void;
}

export function createTestClock(start = Date.UTC(2026, 11, 1)): TestClock {
  let now = start;
  let steady = 0;
  return {
    now: () => now,
    steadyMs: () => steady,
    advance(ms) {
      now += ms;
      steady += ms;
    },
    step: (ms) => void (now += ms),
  };
}

export interface Member {
  identity: DeviceIdentity;
  token: string;
  password: string;
}

export interface Fleet {
  clock: TestClock;
  db: Database;
  regions: RegionService;
  devices: DeviceService;
  counts: DeviceCounts;
  /** Creates a device and enrols it. */
  enrol(regionCode: string, kind?: DeviceKind, hardwareId?: string): Member;
  close(): void;
}

/** The real services on a real database, in memory unless told otherwise: a county of two towns and three villages. */
export function createFleet(databasePath = ":memory:"): Fleet {
  const clock = createTestClock();
  const db = openDatabase(databasePath, clock.now());
  const regions = createRegionService({ store: createRegionStore(db) });
  regions.importCsv(REGIONS_CSV);
  const telemetry = createTelemetryStore(db);
  const devices = createDeviceService({
    store: createDeviceStore(db),
    codes: createEnrolmentStore(db),
    telemetry,
    regions,
    refuseNew: () => {},
    clock,
  });
  let serial = 0;
  return {
    clock,
    db,
    regions,
    devices,
    counts: createDeviceCounts({ telemetry, regions }),
    enrol(regionCode, kind = "loudspeaker", hardwareId = `hw-${(serial += 1)}`) {
      const { id } = devices.create({ regionCode, kind });
      const { code } = devices.issueCode(id, 1);
      const enrolled = devices.enrol({ code, hardwareId, kind, model: "test", software: "1" });
      return { identity: enrolled.identity, token: enrolled.token, password: enrolled.mqttPassword };
    },
    close: () => void db.close(),
  };
}
