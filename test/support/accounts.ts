import { openDatabaseReadOnly } from "../../src/db/open.ts";
import { createDeviceService, type DeviceAccount } from "../../src/devices/device-service.ts";
import { createDeviceStore } from "../../src/devices/device-store.ts";
import { createEnrolmentStore } from "../../src/devices/enrolment-store.ts";
import { createTelemetryStore } from "../../src/devices/telemetry-store.ts";
import { createRegionService } from "../../src/regions/region-service.ts";
import { createRegionStore } from "../../src/regions/region-store.ts";
import { createTestClock } from "./fleet.ts";

/** The accounts as `npm run broker:files` reads them: from the database of the running server. */
export function accountsIn(folder: string): DeviceAccount[] {
  const db = openDatabaseReadOnly(`${folder}/data/cuncunxiang.db`);
  try {
    const devices = createDeviceService({
      store: createDeviceStore(db),
      codes: createEnrolmentStore(db),
      telemetry: createTelemetryStore(db),
      regions: createRegionService({ store: createRegionStore(db) }),
      clock: createTestClock(),
    });
    return [...devices.accounts()];
  } finally {
    db.close();
  }
}
