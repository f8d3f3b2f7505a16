import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../devices/core/device.ts";
import { openStore } from "../../devices/core/device-folder.ts";
import { loadOrEnrol } from "../../devices/core/identity.ts";
import { createSilentOutput } from "../../devices/simulator/silent-output.ts";
import { until } from "../../scripts/until.ts";
import { SECOND_MS } from "../../src/clock.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { type BroadcastView, importRegions, makeTone } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { accountsIn, type RunningMosquitto, startMosquitto } from "../support/mosquitto.ts";
import { type Step, startMqttTap } from "../support/mqtt-tap.ts";
import { startTestDevice } from "../support/test-device.ts";

const ACCOUNT = { username: "ccx-server", password: "the-servers-own-secret" };
/** From the announcement to the air: time to lose the broker again and again. */
const LEAD_MS = 15 * SECOND_MS;

let folder: string;
let app: RunningApp;
let port: number;
let broker: RunningMosquitto;
let tap: Awaited<ReturnType<typeof startMqttTap>>;
let device: Device;
let assetSha256: string;
const sounds: string[] = [];
/** At each of these, in this order, the broker is killed before the packet gets any further. */
let killsAt: Step[] = [];
let reviving: Promise<void> = Promise.resolve();

const startBroker = () =>
  startMosquitto({ server: ACCOUNT, accounts: () => (app ? accountsIn(app.folder) : []), port });

function mayPass(step: Step): boolean {
  if (step !== killsAt[0]) return true;
  killsAt.shift();
  reviving = broker.stop("SIGKILL").then(async () => void (broker = await startBroker()));
  return false;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-broker-kills-"));
  port = await freePort();
  broker = await startBroker();
  tap = await startMqttTap(port, mayPass);
  const account = `${ACCOUNT.username}:${ACCOUNT.password}`;
  app = await runApp({
    env: { MQTT_URL: `mqtt://${account}@127.0.0.1:${port}`, MQTT_PUBLIC_URL: tap.url },
  });
  const { operator, url } = app;
  await importRegions(operator);
  await operator.put("/policy", { quietHours: [], maxVolume: 100 });
  const { id } = await operator.post<{ id: string }>("/devices", {
    regionCode: VILLAGE,
    kind: "loudspeaker",
  });
  const { code } = await operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
  const { log } = createMemoryLog();
  const store = openStore(join(folder, "gateway"));
  const whose = { code, hardwareId: null, kind: "loudspeaker" as const };
  const identity = await loadOrEnrol({ server: url, store, ...whose, log });
  await broker.reload();
  device = await startTestDevice({ url, identity }, join(folder, "gateway"), {
    createOutput: (now) =>
      createSilentOutput({ now, onSound: (broadcastId) => void sounds.push(broadcastId) }),
  });
  await until(() => device.online, { what: "the gateway" });
  const heard = await announce({ upload: true }, Date.now());
  await operator.upload(`/announcements/${heard}/recording`, makeTone(join(folder, "tone.wav"), 1));
  await finished(heard);
  assetSha256 = (await operator.get<{ assetSha256: string }>(`/announcements/${heard}`)).assetSha256;
}, 120_000);
afterAll(async () => {
  await device?.close();
  await app?.close();
  await tap?.close();
  await broker?.stop();
  await rm(folder, { recursive: true });
});

async function announce(source: object, startAt: number): Promise<string> {
  const { id } = await app.operator.post<{ id: string }>("/announcements", {
    title: "停水通知",
    class: "announcement",
    source,
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
    startAt: new Date(startAt + SECOND_MS).toISOString(),
  });
  return id;
}
const finished = (id: string) =>
  until(
    async () => (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).proof.atLeast["finished"] === 1,
    { what: "the end at the server", timeoutMs: 90_000 },
  );

/** Until the broker has been killed at all of these, and stands again. */
async function killed(): Promise<void> {
  await until(() => killsAt.length === 0, { what: `the kill at "${killsAt[0]}"`, timeoutMs: 60_000 });
  await reviving;
}

/** @returns how often it was heard, once all that there is to say has been said */
async function heardOf(id: string): Promise<number> {
  await finished(id);
  await until(() => device.status().waitingRecords === 0, {
    what: "every acknowledgement",
    timeoutMs: 60_000,
  });
  return sounds.filter((broadcastId) => broadcastId === id).length;
}

test("kill -9 of Mosquitto at each step of a device's return: it comes back from all of them, and plays once", async () => {
  const id = await announce({ assetSha256 }, Date.now() + LEAD_MS);
  for (const step of [
    "up connect",
    "down connack",
    "up subscribe",
    "down suback",
    "up publish presence",
    "down puback presence",
    "down publish playlist",
  ]) {
    killsAt = [step];
    tap.cut();
    await killed();
    await until(() => device.online, { what: `the return after "${step}"`, timeoutMs: 60_000 });
  }
  expect(await heardOf(id)).toBe(1);
});

test.each<[string, Step[]]>([
  [
    "a command reaches a device and it says so",
    ["down publish command", "up publish report", "down puback report", "down publish ack", "up puback ack"],
  ],
  ["a device has a command and the broker does not know", ["up puback command", "down publish ack"]],
])("kill -9 of Mosquitto at each step while %s: one play, and every record", async (_when, steps) => {
  killsAt = [...steps];
  const id = await announce({ assetSha256 }, Date.now() + LEAD_MS);
  await killed();
  expect(await heardOf(id)).toBe(1);
});
