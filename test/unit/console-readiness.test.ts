import { describe, expect, test } from "vitest";
import type { DeviceProof } from "../../src/console/api-types.ts";
import { countReady, missingByTown } from "../../src/console/pages/today/readiness-counts.ts";

let serial = 0;
const device = (regionCode: string, grade: DeviceProof["grade"], online: boolean): DeviceProof => ({
  deviceId: `device-${(serial += 1)}`,
  name: `村口 ${serial}`,
  regionCode,
  regionName: "东村",
  kind: "loudspeaker",
  online,
  grade,
  startedAt: null,
  latenessMs: null,
  finishedAt: null,
  reason: null,
});

describe("how ready the devices are", () => {
  test("counts each once, and only what it said itself: delivered is not cached", () => {
    const devices = [
      device("370783112201", "cached", true),
      device("370783112201", "started", true),
      device("370783112201", "cached", false),
      device("370783112201", "delivered", true),
      device("370783112201", null, true),
      device("370783112201", null, false),
    ];
    expect(countReady(devices)).toEqual({ ready: 2, readyOffline: 1, missing: 2, missingOffline: 1 });
  });

  test("names whom to call by town, the town that lacks most first, nobody who is ready", () => {
    const [near, far, farther] = [
      device("370783112201", "cached", false),
      device("370783109201", null, true),
      device("370783109000", null, false),
    ];
    const towns = missingByTown([near, device("370783112202", "cached", true), far, farther]);
    expect(towns).toEqual([
      { town: "370783109000", devices: [far, farther] },
      { town: "370783112000", devices: [near] },
    ]);
    expect(missingByTown([device("370783112202", "sensed", true)])).toEqual([]);
  });
});
