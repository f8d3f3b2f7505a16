import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { openDatabase } from "../../src/db/open.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import { alertTopic } from "../../src/protocol/topics.ts";
import { type BroadcastView, enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { COUNTY, NEIGHBOUR, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { enrolGateway } from "../support/gateway.ts";
import { accountsIn, type RunningMosquitto, startMosquitto } from "../support/mosquitto.ts";
import { secondPerson, signInAsSecondPerson } from "../support/second-person.ts";
import { recordedMs } from "../support/test-device.ts";

interface Emergency {
  id: string;
  state: string;
  until: string;
  startedAt: string | null;
  endedAt: string | null;
  renditions: { state: string }[];
}
type Device = Awaited<ReturnType<typeof enrolDevice>>;

/** Long enough for a kill, a restart and a gateway that comes back; its end is waited for as well. */
const STANDS_MS = 60_000;
const PROPOSAL_MS = 10 * MINUTE_MS;

/** Waiting for a state asks often. */
const UNLIMITED = { RATE_LIMIT_PER_MINUTE: "100000", SECOND_FACTOR: "optional" };

let folder: string;
let server: StartedServer;
let password: string;
let operator: Operator;
let deputy: Operator;
let broker: RunningMosquitto | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-emergency-"));
});
afterEach(async () => {
  await server.end();
  await broker?.stop();
  broker = undefined;
  await rm(folder, { recursive: true });
});

async function firstStart(env: NodeJS.ProcessEnv): Promise<void> {
  server = await startServer(folder, { ...UNLIMITED, ...env });
  password = await server.password;
  operator = await signIn(server.url, "admin", password);
  await importRegions(operator);
  deputy = await secondPerson({ operator, url: server.url });
}

/** Has the sound made that all proposals here have, so that what stands does so from its confirmation on. */
async function rehearse(): Promise<void> {
  const { id } = await propose([TOWN], PROPOSAL_MS);
  const isMade = async () => (await get(id)).renditions.every(({ state }) => state === "ready");
  await until(isMade, { what: "the sound", timeoutMs: 90_000 });
  await operator.post(`/emergencies/${id}/stop`);
}

async function restart(env: NodeJS.ProcessEnv): Promise<void> {
  server = await startServer(folder, { ...UNLIMITED, ...env });
  operator = await signIn(server.url, "admin", password);
  deputy = await signInAsSecondPerson(server.url);
}

/** As if this much more time had passed since; the server is dead meanwhile. */
function age(id: string, ms: number): void {
  const db = openDatabase(join(folder, "data", "cuncunxiang.db"), Date.now());
  db.prepare(
    "UPDATE emergencies SET proposed_at = proposed_at - @ms, until = until - @ms WHERE id = @id",
  ).run({
    ms,
    id,
  });
  db.close();
}

const propose = (areas: string[], standsMs: number) =>
  operator.post<Emergency>("/emergencies", {
    title: "暴雨红色预警",
    class: "emergency",
    source: { text: "请立即转移。" },
    areas,
    until: new Date(Date.now() + standsMs).toISOString(),
  });
const confirm = (id: string) => deputy.postAnew<Emergency>(`/emergencies/${id}/confirm`);
const get = (id: string) => operator.get<Emergency>(`/emergencies/${id}`);
const becomes = (id: string, state: string, timeoutMs = 30_000) =>
  until(async () => (await get(id)).state === state, { what: `the state ${state}`, timeoutMs });

/** What the broker gives somebody who comes to the town's topic now. */
async function retainedIn(brokerUrl: string, device: Device): Promise<string[]> {
  const client = await connectDevice(brokerUrl, device);
  await client.subscribe(alertTopic(TOWN));
  // The broker sends what it retains before it acknowledges what comes later.
  await client.subscribe(alertTopic(COUNTY));
  await client.end();
  return client.heard.filter(({ retain, text }) => retain && text !== "").map(({ text }) => text);
}

async function expectAlert(jws: string | undefined, { id, until: end }: Emergency, keys: Device["keys"]) {
  const alert = await createVerifier(keys as never)("alert", jws ?? "");
  expect(alert).toMatchObject({ id, until: Date.parse(end), authority: "town" });
}

test("kill -9 while an emergency stands: it is retained again, joined again, and ends; proposals keep their ten minutes", async () => {
  const env = { PORT: `${await freePort()}`, MQTT_PORT: `${await freePort()}` };
  const brokerUrl = `mqtt://127.0.0.1:${env.MQTT_PORT}`;
  await firstStart(env);
  const onlooker = await enrolDevice(operator, server.url, NEIGHBOUR);
  const gateway = await enrolGateway({ operator, url: server.url }, VILLAGE, folder);
  const before = await gateway.start();
  await rehearse();
  const standing = await propose([TOWN], STANDS_MS);
  await confirm(standing.id);
  await becomes(standing.id, "active");
  await until(() => recordedMs(gateway.state, standing.id) > 500, { what: "sound", timeoutMs: 30_000 });
  const waiting = await propose([OTHER_TOWN], 30 * MINUTE_MS);
  const forgotten = await propose([OTHER_TOWN], 30 * MINUTE_MS);

  await server.end("SIGKILL");
  await before.close();
  age(waiting.id, PROPOSAL_MS - 2 * MINUTE_MS);
  age(forgotten.id, PROPOSAL_MS);
  await restart(env);

  await until(async () => (await retainedIn(brokerUrl, onlooker)).length === 1, {
    what: "the retained state",
  });
  await expectAlert((await retainedIn(brokerUrl, onlooker))[0], standing, onlooker.keys);
  await using _again = await gateway.start();
  await until(() => recordedMs(gateway.state, `${standing.id}.2`) > 500, {
    what: "joining again",
    timeoutMs: 20_000,
  });

  await expect(confirm(forgotten.id)).rejects.toMatchObject({ status: 409 });
  await becomes(forgotten.id, "expired");
  await confirm(waiting.id);
  await becomes(waiting.id, "active");

  await becomes(standing.id, "ended", 2 * STANDS_MS);
  expect(Date.parse((await get(standing.id)).endedAt ?? "")).toBeGreaterThanOrEqual(
    Date.parse(standing.until),
  );
  await until(async () => (await retainedIn(brokerUrl, onlooker)).length === 0, {
    what: "the cleared state",
  });
  const proof = async () => (await operator.get<BroadcastView>(`/broadcasts/${standing.id}`)).proof.atLeast;
  await until(async () => (await proof())["finished"] === 1, {
    what: "the gateway's end",
    timeoutMs: 30_000,
  });
});

test("kill -9 and an end that passes meanwhile: the broker keeps the state, the next start clears it", async () => {
  const account = { username: "ccx-server", password: "secret" };
  let isEnrolled = false;
  broker = await startMosquitto({
    server: account,
    accounts: () => (isEnrolled ? accountsIn(folder) : []),
  });
  const { port, url } = broker;
  const env = { MQTT_URL: `mqtt://${account.username}:${account.password}@127.0.0.1:${port}` };
  await firstStart(env);
  const onlooker = await enrolDevice(operator, server.url, NEIGHBOUR);
  isEnrolled = true;
  await broker.reload();
  await rehearse();
  const standing = await propose([TOWN], 30 * MINUTE_MS);
  await confirm(standing.id);
  await becomes(standing.id, "active");
  await until(async () => (await retainedIn(url, onlooker)).length === 1, {
    what: "the retained state",
    timeoutMs: 30_000,
  });

  await server.end("SIGKILL");
  await expectAlert((await retainedIn(url, onlooker))[0], standing, onlooker.keys);
  age(standing.id, 30 * MINUTE_MS);
  await restart(env);
  await becomes(standing.id, "ended");
  expect((await get(standing.id)).endedAt).not.toBeNull();
  await until(async () => (await retainedIn(url, onlooker)).length === 0, { what: "the cleared state" });
});
