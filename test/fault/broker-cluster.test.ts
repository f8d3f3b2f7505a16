import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFleet, type Fleet } from "../../devices/simulator/fleet.ts";
import type { Operator } from "../../scripts/operator-client.ts";
import { until } from "../../scripts/until.ts";
import { SECOND_MS } from "../../src/clock.ts";
import { alertTopic, commandTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { startBrokerAuth } from "../support/broker-auth-server.ts";
import { brokerContract } from "../support/broker-contract/contract.ts";
import { SERVER } from "../support/broker-contract/setting.ts";
import { type BroadcastView, enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import { FAR_VILLAGE, type Member, NEIGHBOUR, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { type RabbitCluster, startRabbitCluster } from "../support/rabbitmq.ts";
import { allowAnyHour } from "../support/second-person.ts";

const GATEWAYS = 30;
/** From the announcement to the air: time to lose a node, to come back by another, and to fetch in one's slot. */
const LEAD_MS = 60 * SECOND_MS;
const TEST_MS = 600 * SECOND_MS;

const secret = randomBytes(24).toString("hex");
let port: number;
let cluster: RabbitCluster;
let app: RunningApp;
let deputy: Operator;

beforeAll(async () => {
  port = await freePort();
  cluster = await startRabbitCluster({ url: `http://127.0.0.1:${port}`, secret });
}, 240_000);
afterAll(async () => {
  await app?.close();
  await cluster?.stop();
}, 60_000);

const RABBITMQ = {
  subscription: "closed",
  publish: "closed",
  oversized: "acknowledged",
  session: "kept",
  revoked: "at the next topic",
  retainedForWildcards: false,
} as const;

brokerContract("a cluster of three RabbitMQ nodes", RABBITMQ, async ({ devices }) => {
  const { log } = createMemoryLog();
  const auth = await startBrokerAuth({ devices, server: SERVER, secret, allow: ["127.0.0.1"], log, port });
  return {
    urls: cluster.nodes.map(({ url }) => url),
    enforce: async () => {},
    stop: () => auth.app.close(),
  };
});

const readiness = async () => (await fetch(`${app.url}/readyz`)).status;
const serverOnline = () =>
  until(async () => (await readiness()) === 200, { what: "the server's connection", timeoutMs: 60_000 });

describe("the server on the cluster", () => {
  const clients: DeviceClient[] = [];
  const on = async (node: number, member: Member): Promise<DeviceClient> => {
    const client = await connectDevice(cluster.nodes[node]?.url ?? "", member);
    clients.push(client);
    return client;
  };
  let near: Member;
  let far: Member;

  beforeAll(async () => {
    const account = `ccx-server:${randomBytes(12).toString("hex")}`;
    app = await runApp({
      port,
      env: {
        MQTT_URL: cluster.nodes.map(({ url }) => url.replace("mqtt://", `mqtt://${account}@`)).join(","),
        MQTT_PUBLIC_URL: cluster.nodes.map(({ url }) => url).join(","),
        MQTT_AUTH_SECRET: secret,
        TRANSCODE_NICENESS: "0", // beside three nodes there is little else
      },
    });
    await importRegions(app.operator);
    deputy = await allowAnyHour(app);
    await serverOnline();
    near = await enrolDevice(app.operator, app.url, VILLAGE);
    far = await enrolDevice(app.operator, app.url, FAR_VILLAGE);
  }, 240_000);
  afterAll(async () => void (await Promise.all(clients.map((client) => client.end()))));

  test("a command reaches devices on any node", async () => {
    const devices = [await on(0, near), await on(2, far)];
    for (const device of devices)
      expect(await device.subscribe(commandTopic({ kind: "area", id: "370000000000" }))).toEqual([1]);
    await app.operator.post("/stop");
    for (const device of devices) await until(() => device.heard.length > 0, { what: "the command" });
  });

  test("an alert reaches who comes late to any node, though a node keeps what is retained to itself", async () => {
    const { id } = await app.operator.post<{ id: string }>("/emergencies", {
      title: "暴雨红色预警",
      class: "emergency",
      source: { text: "请立即转移到安全地带。" },
      areas: [VILLAGE],
      until: new Date(Date.now() + 600 * SECOND_MS).toISOString(),
    });
    await deputy.postAnew(`/emergencies/${id}/confirm`);
    const state = async () => (await app.operator.get<{ state: string }>(`/emergencies/${id}`)).state;
    await until(async () => (await state()) === "active", { what: "the alert", timeoutMs: 60_000 });
    for (const node of [0, 1, 2]) {
      const device = await on(node, near);
      await device.subscribe(alertTopic(VILLAGE));
      await until(() => device.heard.length > 0, { what: `the alert on node ${node}`, timeoutMs: 45_000 });
      expect(device.heard[0]?.topic).toBe(alertTopic(VILLAGE));
      await device.end();
    }
    await app.operator.post(`/emergencies/${id}/stop`, { reason: "test" });
  });
});

describe("kill -9 of nodes while a broadcast goes out", () => {
  let fleet: Fleet;
  const plays = new Map<string, number>();

  beforeAll(async () => {
    const villages = [VILLAGE, NEIGHBOUR, FAR_VILLAGE];
    const codes = await Promise.all(
      Array.from({ length: GATEWAYS }, async (_, index) => {
        const regionCode = villages[index % villages.length];
        const { id } = await app.operator.post<{ id: string }>("/devices", {
          regionCode,
          kind: "loudspeaker",
        });
        const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
        return code;
      }),
    );
    fleet = await createFleet({
      server: app.url,
      codes,
      onPlay: (gateway, broadcastId) => {
        const key = `${gateway} ${broadcastId}`;
        plays.set(key, (plays.get(key) ?? 0) + 1);
      },
    });
  }, 120_000);
  afterAll(() => fleet?.close());

  interface Announced {
    id: string;
    assetSha256: string;
  }
  const announce = (change: object) =>
    app.operator.post<Announced>("/announcements", {
      title: "停水通知",
      class: "announcement",
      targets: { regions: [TOWN, OTHER_TOWN], kinds: ["loudspeaker"] },
      ...change,
    });
  const playsOf = (id: string) => [...plays].filter(([key]) => key.endsWith(id)).map(([, times]) => times);
  const once = Array.from({ length: GATEWAYS }, () => 1);
  const finishedByAll = (id: string) =>
    until(
      async () =>
        (await app.operator.get<BroadcastView>(`/broadcasts/${id}`)).proof.atLeast["finished"] === GATEWAYS,
      { what: "everybody's end at the server", timeoutMs: 120_000 },
    );

  test(
    "every gateway plays it once, and every record arrives",
    async () => {
      const [first, second] = cluster.nodes;
      // With all nodes there; from here on the notice is rendered.
      const { id: quiet, assetSha256 } = await announce({
        source: { text: "明天上午九点，全村停水两小时。" },
      });
      const state = async () => (await app.operator.get<BroadcastView>(`/broadcasts/${quiet}`)).state;
      await until(async () => ["on_air", "aired"].includes(await state()), {
        what: "the rendering",
        timeoutMs: 240_000,
      });

      const startAt = new Date(Date.now() + LEAD_MS).toISOString();
      const { id } = await announce({ source: { assetSha256 }, startAt });
      // The node that the server and a third of the gateways are on goes while the commands go out.
      await first.kill();
      await serverOnline();
      await first.start();

      // Another goes while the records of the start come in.
      await until(() => playsOf(id).length > 0, { what: "the air", timeoutMs: LEAD_MS + 30_000 });
      await second.kill();
      await until(() => playsOf(id).length === GATEWAYS, { what: "everybody's start", timeoutMs: 30_000 });
      await finishedByAll(id);
      await until(() => fleet.waiting() === 0, { what: "every acknowledgement", timeoutMs: 60_000 });
      expect(playsOf(id)).toEqual(once);
    },
    TEST_MS,
  );
});
