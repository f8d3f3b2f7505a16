import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type BrokerLink, connectBroker } from "../../src/delivery/broker-link.ts";
import {
  type BrokerLimits,
  type EmbeddedBroker,
  startEmbeddedBroker,
} from "../../src/delivery/embedded-broker.ts";
import { commandTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { connectDevice } from "../support/device-client.ts";
import { createFleet, FAR_VILLAGE, type Fleet, type Member, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { connectPacket, openRaw, type RawClient, subscribePacket } from "../support/raw-mqtt.ts";

const SERVER = { username: "ccx-server", password: "the-servers-own-secret" };
const CONNACK_BYTES = 4;
const SUBACK_BYTES = 5;
const PINGREQ = Buffer.from([0xc0, 0]);
const PINGRESP_BYTES = 2;

let fleet: Fleet;
let member: Member;
let broker: EmbeddedBroker;
let log: ReturnType<typeof createMemoryLog>;
let link: BrokerLink | undefined;
const raws: RawClient[] = [];

beforeEach(() => {
  fleet = createFleet();
  member = fleet.enrol(VILLAGE);
  log = createMemoryLog();
});
afterEach(async () => {
  for (const { socket } of raws.splice(0)) socket.destroy();
  await link?.close();
  link = undefined;
  await broker.close();
  fleet.close();
});

async function start(limits: Partial<BrokerLimits>): Promise<void> {
  broker = await startEmbeddedBroker({
    host: "127.0.0.1",
    port: 0,
    devices: fleet.devices,
    server: SERVER,
    log: log.log,
    limits,
  });
}
async function connectServer(): Promise<BrokerLink> {
  const server = connectBroker({ urls: [broker.url], ...SERVER, clientId: SERVER.username, log: log.log });
  link = server;
  await until(() => server.online);
  return server;
}
async function open(): Promise<RawClient> {
  const raw = await openRaw(broker.port);
  raws.push(raw);
  return raw;
}
async function signIn(keepaliveS: number, as = member): Promise<RawClient> {
  const raw = await open();
  raw.socket.write(connectPacket(as, keepaliveS));
  await until(() => raw.received() === CONNACK_BYTES, { what: "CONNACK" });
  return raw;
}

test.each([
  ["that promised to be heard of every second", 1],
  ["that promised nothing", 0],
  ["that promised to be heard of once a day", 65_535],
])(
  "a client %s is cut when it says nothing for one and a half of what is allowed",
  async (_name, keepaliveS) => {
    await start({ maxKeepaliveS: 1 });
    const { socket } = await signIn(keepaliveS);
    const before = performance.now();
    await once(socket, "close");
    expect(performance.now() - before).toBeGreaterThan(1_000);
    expect(log.text()).toContain("keep alive timeout");
  },
);

test("a client that pings stays, while one that came later and says nothing is cut", async () => {
  await start({ maxKeepaliveS: 1 });
  const pinging = await signIn(0);
  const silent = await signIn(0, fleet.enrol(FAR_VILLAGE));
  const ping = async (pings: number) => {
    pinging.socket.write(Buffer.from([0xc0, 0]));
    await until(() => pinging.received() === CONNACK_BYTES + 2 * pings, { what: "PINGRESP" });
  };
  let pings = 0;
  while (!silent.socket.destroyed) await ping((pings += 1));
  await ping(pings + 1);
  expect(pinging.socket.destroyed).toBe(false);
});

test("who does not finish its CONNECT in time is cut, also when it sends a byte now and then", async () => {
  await start({ connectTimeoutMs: 300 });
  const [silent, slow] = [await open(), await open()];
  const bytes = connectPacket(member, 60);
  let sent = 0;
  const dripping = setInterval(() => {
    slow.socket.write(bytes.subarray(sent, sent + 1));
    sent += 1;
  }, 50);
  // Who writes at that moment is told of a reset first.
  const closed = ({ socket }: typeof slow) => new Promise((resolve) => socket.once("close", resolve));
  await Promise.all([closed(silent), closed(slow)]);
  clearInterval(dripping);
  expect(sent).toBeLessThan(bytes.length);
  expect(log.text()).toContain("connect did not arrive in time");
});

test("over the limit of connections nobody gets in, until one leaves", async () => {
  await start({ maxConnections: 2 });
  const first = await signIn(60);
  const second = await open();
  const third = await open();
  await once(third.socket, "close");
  expect(log.entries).toContainEqual(expect.objectContaining({ level: 40, limit: 2 }));
  expect(first.socket.destroyed).toBe(false);

  second.socket.destroy();
  const other = fleet.enrol(FAR_VILLAGE);
  await until(
    () =>
      connectDevice(broker.url, other)
        .then((device) => device.end())
        .then(
          () => true,
          () => false,
        ),
    {
      what: "a place",
    },
  );
});

test("what is no MQTT is cut, and everybody else is served on", async () => {
  await start({});
  const device = await connectDevice(broker.url, member);
  for (const bytes of [
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "\x00\xff\xff\xff\xff\xff\xff",
    "\x30\x02\x00\x00",
  ]) {
    const { socket } = await open();
    socket.write(Buffer.from(bytes, "latin1"));
    await once(socket, "close");
  }
  await device.publish(uplinkTopic(member.identity.id, "state"), "{}");
  expect(device.mqtt.connected).toBe(true);
  await device.end();
});

test("for a client that reads and acknowledges nothing, nothing is kept", async () => {
  await start({});
  const server = await connectServer();
  const raw = await signIn(60);
  const topic = commandTopic({ kind: "device", id: member.identity.id });
  raw.socket.write(subscribePacket(topic));
  await until(() => raw.received() === CONNACK_BYTES + SUBACK_BYTES, { what: "SUBACK" });

  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const heldBytes = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const payload = Buffer.alloc(100_000, "x");
  const rounds = 400;
  const before = heldBytes();
  for (let round = 0; round < rounds; round += 1) await server.publish(topic, payload);
  await until(() => raw.received() > rounds * payload.length, { what: "all of it" });
  // 40 MB went by without one PUBACK; buffers are given back some time after they were collected.
  await until(() => heldBytes() - before < 10_000_000, { what: "the memory to be given back" });
  expect(raw.socket.destroyed).toBe(false);
});

test("a connection that its device has given up takes nothing from the one that it opened since", async () => {
  await start({});
  const live = await signIn(60);
  for (let n = 0; n < 20; n += 1) {
    const { socket } = await open();
    const closed = once(socket, "close");
    // Both are there before the broker reads any of it, as after a time in the queue.
    socket.end(connectPacket(member, 60));
    await closed;
  }
  const before = live.received();
  live.socket.write(PINGREQ);
  await until(() => live.received() === before + PINGRESP_BYTES, { what: "PINGRESP" });
  expect(live.socket.destroyed).toBe(false);
});
