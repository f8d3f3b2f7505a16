import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { alertTopic } from "../../src/protocol/topics.ts";
import { auditOf } from "../support/audit.ts";
import { type BroadcastView, enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { COUNTY, NEIGHBOUR, TOWN, VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { enrolGateway } from "../support/gateway.ts";
import { secondPerson } from "../support/second-person.ts";
import { recordedMs } from "../support/test-device.ts";

const SOUND = { timeoutMs: 60_000 };

let folder: string;
let server: StartedServer;
let env: NodeJS.ProcessEnv;
let operator: Operator;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-stop-kill-"));
  env = {
    PORT: `${await freePort()}`,
    MQTT_PORT: `${await freePort()}`,
    RATE_LIMIT_PER_MINUTE: "100000",
    TRANSCODE_NICENESS: "0",
    SECOND_FACTOR: "optional",
  };
  server = await startServer(folder, env);
});
afterEach(async () => {
  await server.end();
  await rm(folder, { recursive: true });
});

const source = { text: "请立即转移。" };
async function announce(title: string, repeat: number): Promise<string> {
  const targets = { regions: [VILLAGE], kinds: ["loudspeaker"] };
  const body = { title, class: "announcement", source, targets, repeat };
  return (await operator.post<{ id: string }>("/announcements", body)).id;
}

test("kill -9 after a stop of everything that a lock kept from being written down: nothing sounds again", async () => {
  const password = await server.password;
  operator = await signIn(server.url, "admin", password);
  await importRegions(operator);
  const deputy = await secondPerson({ operator, url: server.url });
  const onlooker = await enrolDevice(operator, server.url, NEIGHBOUR);
  const gateway = await enrolGateway({ operator, url: server.url }, VILLAGE, folder);
  // It hears nothing of the stop by itself: what it plays is what the server says after its restart.
  const latecomer = await enrolGateway({ operator, url: server.url }, VILLAGE, folder);
  const before = await gateway.start();
  const announcement = await announce("通知", 10);
  await until(() => recordedMs(gateway.state, announcement) > 300, { what: "the announcement", ...SOUND });
  const emergency = await operator.post<{ id: string }>("/emergencies", {
    title: "暴雨红色预警",
    class: "emergency",
    source,
    areas: [TOWN],
    until: new Date(Date.now() + 30 * MINUTE_MS).toISOString(),
  });
  await deputy.postAnew(`/emergencies/${emergency.id}/confirm`);
  await until(() => recordedMs(gateway.state, emergency.id) > 300, { what: "the emergency", ...SOUND });

  const intruder = new Sqlite(join(folder, "data", "cuncunxiang.db"));
  intruder.exec("BEGIN IMMEDIATE");
  expect(await operator.post("/stop", { reason: "wrong tape" })).toMatchObject({
    published: true,
    recorded: false,
  });
  await server.end("SIGKILL");
  await before.close();
  intruder.exec("ROLLBACK");
  intruder.close();
  server = await startServer(folder, env);
  operator = await signIn(server.url, "admin", password);

  expect(await operator.get(`/emergencies/${emergency.id}`)).toMatchObject({ state: "stopped" });
  for (const id of [announcement, emergency.id])
    expect(await operator.get<BroadcastView>(`/broadcasts/${id}`)).toMatchObject({
      state: "cancelled",
      reason: "wrong tape",
    });
  const [entry] = await auditOf(operator, `&object=broadcasts/${emergency.id}`);
  expect(entry).toMatchObject({ act: "POST /api/v1/stop", actor: { kind: "person", name: "admin" } });
  expect(readdirSync(join(folder, "data", "stops"))).toEqual([]);

  const client = await connectDevice(`mqtt://127.0.0.1:${env["MQTT_PORT"]}`, onlooker);
  await client.subscribe(alertTopic(TOWN));
  // What the broker retains for the town comes before the acknowledgement of the next subscription.
  await client.subscribe(alertTopic(COUNTY));
  await client.end();
  expect(client.heard.filter(({ retain, text }) => retain && text !== "")).toEqual([]);
  // What is announced from now on is heard, and what was stopped is not.
  await using _first = await latecomer.start();
  await using _again = await gateway.start();
  const next = await announce("更正", 1);
  for (const { state } of [latecomer, gateway])
    await until(() => recordedMs(state, next) > 300, { what: "the next announcement", ...SOUND });
  expect(readdirSync(join(latecomer.state, "recordings"))).toEqual([`${next}.wav`]);
}, 240_000);
