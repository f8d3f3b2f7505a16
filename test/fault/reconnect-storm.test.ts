import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFleet, type Fleet } from "../../devices/simulator/fleet.ts";
import { signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { COUNTY, REGIONS_CSV, VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { createStormTally, unsettled } from "../support/storm-tally.ts";

/** `npm run bench -- reconnect-storm` does it with ten thousand. */
const GATEWAYS = 300;

let folder: string;
let server: StartedServer;
let fleet: Fleet | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-storm-"));
});
afterEach(async () => {
  await fleet?.close();
  await server.end();
  await rm(folder, { recursive: true });
});

test("a county whose server is killed comes back, and each gateway asks once and fetches nothing anew", async () => {
  const env = {
    PORT: `${await freePort()}`,
    MQTT_PORT: `${await freePort()}`,
    LOG_LEVEL: "warn",
    RATE_LIMIT_PER_MINUTE: "1000000",
    ENROLMENTS_PER_MINUTE: "1000000",
  };
  server = await startServer(folder, env);
  const operator = await signIn(server.url, "admin", await server.password);
  const villages = Array.from({ length: GATEWAYS }, (_, index) => {
    const town = VILLAGE.slice(0, 9);
    return `${town}${300 + index},village,${town}000,样本${index},`;
  });
  await operator.postText("/regions/import", "text/csv", `${REGIONS_CSV}${villages.join("\n")}\n`);
  const { items } = await operator.post<{ items: { code: string }[] }>("/devices/bulk", {
    within: COUNTY,
    kind: "loudspeaker",
  });
  const codes = items.slice(0, GATEWAYS).map(({ code }) => code);

  const { begin, ...events } = createStormTally(GATEWAYS);
  const arrived = begin();
  fleet = await createFleet({ server: server.url, codes, ...events });
  await arrived;

  const back = begin();
  await server.end("SIGKILL");
  server = await startServer(folder, env);
  const count = await back;
  expect(unsettled(count, GATEWAYS)).toEqual([]);
  expect(count).toMatchObject({ connections: GATEWAYS, mostConnections: 1 });
});
