import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFleet, type Fleet } from "../../devices/simulator/fleet.ts";
import { signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { enrolmentCodes } from "../support/enrolment-codes.ts";
import { freePort } from "../support/free-port.ts";
import { createStormTally, unsettled } from "../support/storm-tally.ts";

/** `npm run bench -- reconnect-storm` does it with ten thousand. */
const GATEWAYS = 300;

let folder: string;
let server: StartedServer | undefined;
let fleet: Fleet | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-storm-"));
});
afterEach(async () => {
  await fleet?.close();
  await server?.end();
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
  const codes = await enrolmentCodes(operator, GATEWAYS);
  const { begin, ...events } = createStormTally(codes.length);
  const arrived = begin();
  fleet = await createFleet({ server: server.url, codes, ...events });
  await arrived;

  const back = begin();
  await server.end("SIGKILL");
  server = await startServer(folder, env);
  expect(unsettled(await back, codes.length)).toEqual([]);
});
