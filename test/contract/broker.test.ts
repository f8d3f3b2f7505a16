import mqtt from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type BrokerLink, connectBroker } from "../../src/delivery/broker-link.ts";
import { startEmbeddedBroker } from "../../src/delivery/embedded-broker.ts";
import {
  ackTopic,
  alertTopic,
  commandTopic,
  playlistTopic,
  subscriptionsOf,
  TOPIC_PREFIX,
  UPLINK_FILTERS,
  uplinkTopic,
} from "../../src/protocol/topics.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import {
  COUNTY,
  createFleet,
  FAR_VILLAGE,
  type Fleet,
  type Member,
  OTHER_TOWN,
  VILLAGE,
} from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";
import { startMosquitto } from "../support/mosquitto.ts";

const SERVER = { username: "ccx-server", password: "a-p%ssword/of:the@server" };
const BROKERS = ["embedded aedes", "Mosquitto"] as const;

interface RunningBroker {
  url: string;
  /** Brings a revocation into force: at once in the embedded broker, with new files and SIGHUP in Mosquitto. */
  enforce(): Promise<void>;
  stop(): Promise<void>;
}

async function start(kind: (typeof BROKERS)[number], fleet: Fleet): Promise<RunningBroker> {
  if (kind === "Mosquitto") {
    const mosquitto = await startMosquitto({ accounts: () => fleet.devices.accounts(), server: SERVER });
    return { url: mosquitto.url, enforce: mosquitto.reload, stop: mosquitto.stop };
  }
  const { log } = createMemoryLog();
  const broker = await startEmbeddedBroker({
    host: "127.0.0.1",
    port: 0,
    devices: fleet.devices,
    server: SERVER,
    log,
  });
  fleet.devices.onRevoked((id) => broker.disconnect(id));
  return { url: broker.url, enforce: async () => {}, stop: () => broker.close() };
}

describe.each(BROKERS)("%s", (kind) => {
  let fleet: Fleet;
  let broker: RunningBroker;
  let server: BrokerLink;
  let near: Member;
  let far: Member;
  const received: { topic: string; text: string; retain: boolean }[] = [];
  const clients: DeviceClient[] = [];

  beforeAll(async () => {
    fleet = createFleet();
    near = fleet.enrol(VILLAGE);
    far = fleet.enrol(FAR_VILLAGE);
    broker = await start(kind, fleet);
    server = await connectServer();
    await server.subscribe(UPLINK_FILTERS, (topic, payload, { retain }) => {
      received.push({ topic, text: payload.toString(), retain });
    });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
    received.length = 0;
  });
  afterAll(async () => {
    await server.close();
    await broker.stop();
    fleet.close();
  });

  async function connectServer(): Promise<BrokerLink> {
    const { log } = createMemoryLog();
    const link = connectBroker({ urls: [broker.url], ...SERVER, clientId: SERVER.username, log });
    await until(() => link.online);
    return link;
  }
  async function connect(member: Member, options = {}): Promise<DeviceClient> {
    const client = await connectDevice(broker.url, member, options);
    clients.push(client);
    return client;
  }
  const idOf = (member: Member) => member.identity.id;
  const serverHears = (text: string) =>
    until(() => received.some((message) => message.text === text), { what: text });

  test("the server's messages reach a device on every topic it may hear", async () => {
    const device = await connect(near);
    const topics = subscriptionsOf({ deviceId: idOf(near), areas: near.identity.areas, groups: [] });
    expect(await device.subscribe(...topics)).toEqual(topics.map(() => 1));
    for (const topic of topics) await server.publish(topic, topic);
    for (const topic of topics) expect((await device.hears(topic)).topic).toBe(topic);
  });

  test("one county-wide message reaches devices of different towns", async () => {
    const devices = [await connect(near), await connect(far)];
    const topic = commandTopic({ kind: "area", id: COUNTY });
    for (const device of devices) await device.subscribe(topic);
    await server.publish(topic, "to all");
    for (const device of devices)
      expect(await device.hears("to all")).toMatchObject({ topic, retain: false });
  });

  test("a device hears nothing that is for others, whatever it subscribes to", async () => {
    const device = await connect(near);
    const own = ackTopic(idOf(near));
    const foreign = [
      commandTopic({ kind: "device", id: idOf(far) }),
      commandTopic({ kind: "area", id: OTHER_TOWN }),
      alertTopic(FAR_VILLAGE),
      uplinkTopic(idOf(far), "report"),
    ];
    await device.subscribe(
      own,
      ...foreign,
      `${TOPIC_PREFIX}/device/+/command`,
      `${TOPIC_PREFIX}/#`,
      "#",
      "$SYS/#",
    );
    for (const topic of foreign) await server.publish(topic, "not for you");
    // Sent last on the same connection: once it is here, the others would be.
    await server.publish(own, "last");
    await device.hears("last");
    expect(device.heard.map(({ text }) => text)).toEqual(["last"]);
  });

  test("nothing for others waits for a device that comes back to a persistent session", async () => {
    const own = playlistTopic({ kind: "device", id: idOf(near) });
    const foreign = commandTopic({ kind: "device", id: idOf(far) });
    const before = await connect(near, { clean: false });
    await before.subscribe(own, foreign);
    await before.end();
    await server.publish(foreign, "not for you");
    await server.publish(own, "last", { retain: true });
    const after = await connect(near, { clean: false });
    await after.subscribe(own);
    await after.hears("last");
    expect(after.heard.map(({ text }) => text)).not.toContain("not for you");
    await server.publish(own, "", { retain: true });
  });

  test.each([
    ["another device's branch", () => uplinkTopic(idOf(far), "report")],
    ["the own downlink", () => commandTopic({ kind: "device", id: idOf(near) })],
    ["an area", () => commandTopic({ kind: "area", id: VILLAGE })],
    ["an unknown leaf of the own branch", () => `${TOPIC_PREFIX}/device/${idOf(near)}/other`],
  ])("a device cannot publish to %s", async (_name, topicOf) => {
    const witness = await connect(far);
    await witness.subscribe(
      ...subscriptionsOf({ deviceId: idOf(far), areas: far.identity.areas, groups: [] }),
    );
    const device = await connect(near);
    // aedes answers by hanging up, Mosquitto by taking the message and dropping it.
    await device.publish(topicOf(), "forged").catch(() => {});
    await device.end();

    const again = await connect(near);
    await again.publish(uplinkTopic(idOf(near), "report"), "honest");
    await serverHears("honest");
    await server.publish(ackTopic(idOf(far)), "last");
    await witness.hears("last");
    expect([...received, ...witness.heard].map(({ text }) => text)).not.toContain("forged");
  });

  test.each<[string, (member: Member) => Member]>([
    ["a wrong password", (member) => ({ ...member, password: "wrong" })],
    ["an unknown device", (member) => ({ ...member, identity: { ...member.identity, id: "0190-unknown" } })],
    ["the password of another device", (member) => ({ ...member, password: far.password })],
  ])("refuses %s", async (_name, alter) => {
    await expect(connectDevice(broker.url, alter(near))).rejects.toThrow(/refused|authori[sz]ed/i);
  });

  test("refuses a connection without an account", async () => {
    await expect(
      mqtt.connectAsync(broker.url, { clientId: "nobody", reconnectPeriod: 0 }, false),
    ).rejects.toThrow(/refused|authori[sz]ed/i);
  });

  test("a retained pointer reaches a device that subscribes later, until it is cleared", async () => {
    const topic = playlistTopic({ kind: "area", id: COUNTY });
    await server.publish(topic, "pointer", { retain: true });
    const device = await connect(near);
    await device.subscribe(topic);
    expect(await device.hears("pointer")).toMatchObject({ topic, retain: true });

    await server.publish(topic, "", { retain: true });
    const late = await connect(far);
    await late.subscribe(topic);
    await server.publish(topic, "live");
    expect(await late.hears("live")).toMatchObject({ retain: false });
    expect(late.heard).toHaveLength(1);
  });

  test("a will is sent when a device is cut off, and stays for a server that comes later", async () => {
    const topic = uplinkTopic(idOf(near), "presence");
    const device = await connect(near, {
      will: { topic, payload: Buffer.from("gone"), qos: 1, retain: true },
    });
    await device.publish(topic, "here", true);
    device.cut();
    await serverHears("gone");
    expect(received.map(({ text, retain }) => ({ text, retain }))).toEqual([
      { text: "here", retain: false },
      { text: "gone", retain: false },
    ]);

    received.length = 0;
    await server.close();
    server = await connectServer();
    await server.subscribe(UPLINK_FILTERS, (topic, payload, { retain }) => {
      received.push({ topic, text: payload.toString(), retain });
    });
    await serverHears("gone");
    expect(received[0]).toMatchObject({ topic, retain: true });
  });

  test("a will is held to the same rules as a publish", async () => {
    const topic = uplinkTopic(idOf(far), "presence");
    const will = { topic, payload: Buffer.from("forged will"), qos: 1 as const, retain: false };
    const device = await connect(near, { will });
    device.cut();
    // At the latest when the device comes back, the end of its earlier connection has been dealt with.
    const honest = await connect(near);
    await honest.publish(uplinkTopic(idOf(near), "report"), "after");
    await serverHears("after");
    expect(received.map(({ text }) => text)).not.toContain("forged will");
  });

  test("a second connection of a device takes over from the first", async () => {
    const first = await connect(near);
    const second = await connect(near);
    await until(() => !first.mqtt.connected, { what: "the first being cut" });
    const topic = ackTopic(idOf(near));
    await second.subscribe(topic);
    await server.publish(topic, "to the second");
    expect(await second.hears("to the second")).toMatchObject({ topic });
  });

  test("a device cannot take over another's connection by its client id", async () => {
    const victim = await connect(far);
    const attempt = await connectDevice(broker.url, near, { clientId: idOf(far) }).catch(() => null);
    await victim.subscribe(ackTopic(idOf(far)));
    await server.publish(ackTopic(idOf(far)), "still here");
    expect(victim.mqtt.connected).toBe(true);
    await victim.hears("still here");
    await attempt?.end();
  });

  test("a revoked device is disconnected within 5 s and kept out, the others stay", async () => {
    const stolen = fleet.enrol(VILLAGE);
    await broker.enforce();
    const others = await connect(far);
    const thief = await connect(stolen);
    fleet.devices.revoke(idOf(stolen));
    await broker.enforce();
    await until(() => !thief.mqtt.connected, { timeoutMs: 5_000, what: "the disconnection" });
    await expect(connectDevice(broker.url, stolen)).rejects.toThrow(/refused|authori[sz]ed/i);
    await others.publish(uplinkTopic(idOf(far), "report"), "still here");
    await serverHears("still here");
  });

  test("a packet over 256 kB ends the connection", async () => {
    const device = await connect(near);
    await device.publish(uplinkTopic(idOf(near), "report"), "x".repeat(200_000));
    await expect(device.publish(uplinkTopic(idOf(near), "report"), "y".repeat(300_000))).rejects.toThrow(
      /cut|RESET/,
    );
    expect(received.some(({ text }) => text.startsWith("y"))).toBe(false);
  });

  test("the server hears everything when many devices report at once after an outage", async () => {
    const members = Array.from({ length: 40 }, () => fleet.enrol(VILLAGE));
    await broker.enforce();
    const devices = await Promise.all(members.map((member) => connect(member)));
    const large = "x".repeat(100_000);
    await Promise.all(
      devices.flatMap((device, index) =>
        Array.from({ length: 5 }, () =>
          device.publish(uplinkTopic(idOf(members[index] ?? near), "report"), large),
        ),
      ),
    );
    await until(() => received.length === 200, { timeoutMs: 15_000, what: "200 reports of 100 kB" });
    expect(server.online).toBe(true);
  });

  test("what the broker acknowledged while the server was away has been delivered to nobody", async () => {
    const device = await connect(near);
    const topic = uplinkTopic(idOf(near), "report");
    await server.close();
    await device.publish(topic, "acknowledged and gone");
    received.length = 0;
    server = await connectServer();
    await server.subscribe(UPLINK_FILTERS, (heardTopic, payload, { retain }) => {
      received.push({ topic: heardTopic, text: payload.toString(), retain });
    });
    await device.publish(topic, "heard");
    await serverHears("heard");
    expect(received.map(({ text }) => text)).not.toContain("acknowledged and gone");
  });

  test("the server's link comes back by itself, with its subscriptions", async () => {
    let times = 0;
    server.onOnline(() => (times += 1));
    expect(times).toBe(1);
    // Another connection with the server's account takes over, as a broker's restart would cut it.
    const other = await connectServer();
    await until(() => times > 1 || !server.online, { what: "the cut" });
    await other.close();
    await until(() => times > 1 && server.online, { timeoutMs: 10_000, what: "the reconnection" });
    const device = await connect(near);
    await device.publish(uplinkTopic(idOf(near), "report"), "heard again");
    await serverHears("heard again");
  });
});
