import { once } from "node:events";
import { connect, createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type BrokerLink, connectBroker } from "../../src/delivery/broker-link.ts";
import { type EmbeddedBroker, startEmbeddedBroker } from "../../src/delivery/embedded-broker.ts";
import { commandTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { connectDevice } from "../support/device-client.ts";
import { createFleet, type Fleet, type Member, VILLAGE } from "../support/fleet.ts";
import { listening } from "../support/listening.ts";
import { createMemoryLog } from "../support/memory-log.ts";

const SERVER = { username: "ccx-server", password: "the-servers-own-secret" };

let fleet: Fleet;
let member: Member;
let broker: EmbeddedBroker;
let log: ReturnType<typeof createMemoryLog>;
const links: BrokerLink[] = [];

beforeEach(async () => {
  fleet = createFleet();
  member = fleet.enrol(VILLAGE);
  log = createMemoryLog();
  broker = await start();
});
afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await broker.close();
  fleet.close();
});

const start = (port = 0, limits = {}) =>
  startEmbeddedBroker({
    host: "127.0.0.1",
    port,
    devices: fleet.devices,
    server: SERVER,
    log: log.log,
    limits,
  });

function link(url = broker.url): BrokerLink {
  const made = connectBroker({ urls: [url], clientId: SERVER.username, log: log.log, ...SERVER });
  links.push(made);
  return made;
}

test("a refused publish and a refused subscription are logged with device and topic", async () => {
  const device = await connectDevice(broker.url, member);
  const topic = uplinkTopic("another", "report");
  expect(await device.subscribe("#")).toEqual([128]);
  await expect(device.publish(topic, "forged")).rejects.toThrow(/cut|RESET/);
  expect(log.entries).toContainEqual(
    expect.objectContaining({ level: 40, device: member.identity.id, topic }),
  );
  expect(log.entries).toContainEqual(
    expect.objectContaining({ level: 40, device: member.identity.id, topic: "#" }),
  );
});

test("only presence may be retained", async () => {
  const device = await connectDevice(broker.url, member);
  await device.publish(uplinkTopic(member.identity.id, "presence"), "{}", true);
  await expect(device.publish(uplinkTopic(member.identity.id, "report"), "{}", true)).rejects.toThrow(
    /cut|RESET/,
  );
});

test("a change of groups ends the connection under the old ones, another change does not", async () => {
  const { id } = member.identity;
  const topic = commandTopic({ kind: "group", id: "schools" });
  fleet.devices.label(id, { groups: ["schools"] });
  const device = await connectDevice(broker.url, member);
  expect(await device.subscribe(topic)).toEqual([1]);
  const relabel = (labels: { tags?: string[]; groups?: string[] }) => {
    fleet.devices.label(id, labels);
    broker.regroup(fleet.devices.identityOf(id) ?? member.identity);
  };

  relabel({ tags: ["hill"] });
  await device.publish(uplinkTopic(id, "state"), "{}");
  relabel({ groups: [] });
  await until(() => !device.mqtt.connected, { what: "the disconnection" });
  const again = await connectDevice(broker.url, member);
  expect(await again.subscribe(topic)).toEqual([128]);
  await again.end();
});

test("refused credentials are logged without the password", async () => {
  await expect(connectDevice(broker.url, { ...member, password: "guessed-secret" })).rejects.toThrow(
    "refused",
  );
  expect(log.entries).toContainEqual(expect.objectContaining({ level: 40, username: member.identity.id }));
  expect(log.text()).not.toContain("guessed-secret");
});

test("a client that reads nothing is disconnected before it fills the memory", async () => {
  await broker.close();
  broker = await start(0, { maxBacklogBytes: 64 * 1024 });
  const server = link();
  await until(() => server.online);
  const device = await connectDevice(broker.url, member);
  const topic = commandTopic({ kind: "device", id: member.identity.id });
  await device.subscribe(topic);
  device.mqtt.stream.unpipe();
  device.mqtt.stream.pause();
  const frozen = () => log.entries.some(({ msg }) => String(msg).includes("too slow"));
  const payload = Buffer.alloc(200_000, "x");
  for (let sent = 0; !frozen() && sent < 500; sent += 1) await server.publish(topic, payload);
  await until(frozen, { what: "the disconnection" });
  const cut = log.entries.find(({ backlogBytes }) => backlogBytes !== undefined);
  expect(cut).toMatchObject({ level: 40, device: member.identity.id });
  // What was allowed, and the one message that was over it.
  expect(cut?.["backlogBytes"]).toBeLessThan(64 * 1024 + payload.length + 1_000);
  await device.end();
});

test("an oversized packet is refused before anyone signed in", async () => {
  const socket = connect(broker.port, "127.0.0.1");
  await once(socket, "connect");
  // A CONNECT that claims 200 MB, and begins to send them.
  socket.write(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x64]));
  socket.resume();
  socket.on("error", () => {});
  await once(socket, "close");
  expect(log.text()).toContain("packet too large");
});

test("a port that is taken is explained", async () => {
  const other = createServer();
  const port = await listening(other);
  await expect(start(port)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`127.0.0.1:${port}`),
    hint: expect.stringContaining("MQTT_PORT"),
  });
  other.close();
});

test("a link publishes only while connected, and comes back to a restarted broker", async () => {
  const server = link(`mqtt://ignored:in-the-url@127.0.0.1:${broker.port}`);
  let onlineTimes = 0;
  server.onOnline(() => (onlineTimes += 1));
  await until(() => server.online);
  const heard: string[] = [];
  await server.subscribe(
    ["ccx/v1/device/+/report"],
    (_topic, payload) => void heard.push(payload.toString()),
  );

  const { port } = broker;
  await broker.close();
  await until(() => !server.online);
  await expect(server.publish("ccx/v1/x", "lost")).rejects.toMatchObject({ code: "unavailable" });

  broker = await start(port);
  await until(() => server.online, { timeoutMs: 20_000 });
  expect(onlineTimes).toBe(2);
  const device = await connectDevice(broker.url, member);
  await device.publish(uplinkTopic(member.identity.id, "report"), "again");
  await until(() => heard.includes("again"));
  expect(log.text()).not.toContain(SERVER.password);
  expect(log.text()).not.toContain("in-the-url");
});

test("what cannot be told on a new connection, as while the database is locked, ends it not and is told a little later", async () => {
  const connections = () => log.entries.filter(({ msg }) => msg === "connected to the broker").length;
  const before = connections();
  const server = link(broker.url);
  const told = Promise.withResolvers<void>();
  let attempts = 0;
  server.onOnline(() => {
    attempts += 1;
    if (attempts < 3) throw new Error("locked");
    told.resolve();
  });
  await told.promise;
  expect(connections()).toBe(before + 1);
  expect(server.online).toBe(true);
});

test("a publish that the broker never takes is rejected when the connection ends, and not sent again", async () => {
  // A broker that accepts the connection, then takes no message.
  const received: number[] = [];
  let drop = () => {};
  const silent = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const type = (data[0] ?? 0) >> 4;
      received.push(type);
      if (type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
    });
    drop = () => void socket.destroy();
  });
  const port = await listening(silent);
  const server = link(`mqtt://127.0.0.1:${port}`);
  await until(() => server.online);
  const taken = server.publish("ccx/v1/x", "once");
  await until(() => received.includes(3));
  drop();
  await expect(taken).rejects.toMatchObject({ code: "unavailable" });
  await until(() => server.online, { timeoutMs: 20_000 });
  const fresh = server.publish("ccx/v1/x", "second").catch(() => {});
  await until(() => received.filter((type) => type === 3).length === 2);
  await server.close();
  await fresh;
  expect(received.filter((type) => type === 3)).toHaveLength(2);
  silent.close();
});

test("a subscription stands although the connection is lost before it is taken", async () => {
  // A broker that hangs up at the first SUBSCRIBE, and takes those that come later.
  let subscribed = 0;
  const fickle = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const type = (data[0] ?? 0) >> 4;
      if (type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
      if (type !== 8) return;
      subscribed += 1;
      if (subscribed === 1) socket.destroy();
      else socket.write(Buffer.from([0x90, 3, data[2] ?? 0, data[3] ?? 0, 1]));
    });
  });
  const port = await listening(fickle);
  const server = link(`mqtt://127.0.0.1:${port}`);
  await until(() => server.online);
  await server.subscribe(["ccx/v1/x"], () => {});
  await until(() => subscribed === 2, { what: "the subscription at the next connection" });
  expect(server.online).toBe(true);
  await server.close();
  fickle.close();
});
