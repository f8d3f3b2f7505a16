import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import type { DeviceAccount } from "../../src/devices/device-service.ts";
import { ackTopic, commandTopic, subscriptionsOf, uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import { COUNTY, createFleet, FAR_VILLAGE, type Member, VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { accountsIn, type RunningMosquitto, startMosquitto } from "../support/mosquitto.ts";

const SERVER = { username: "ccx-server", password: "the-servers-own-secret" };

let port: number;
let broker: RunningMosquitto;
let app: RunningApp;
const clients: DeviceClient[] = [];
beforeEach(async () => {
  port = await freePort();
  broker = await start([]);
  app = await runApp({
    env: {
      MQTT_URL: `mqtt://${SERVER.username}:${SERVER.password}@127.0.0.1:${port}`,
      MQTT_ACCOUNTS: "dynamic-security",
    },
  });
  await importRegions(app.operator);
  await connected();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await app.close();
  await broker.stop();
});

const start = (accounts: DeviceAccount[]) =>
  startMosquitto({ accounts: () => accounts, server: SERVER, port, dynamic: true });
const connected = () =>
  until(async () => (await fetch(`${app.url}/readyz`)).status === 200, {
    what: "the server's connection",
    timeoutMs: 30_000,
  });

/** Connects once the broker lets it; the server tells of an enrolment right after the answer to it. */
async function connect(member: Member): Promise<DeviceClient> {
  let client: DeviceClient | null = null;
  await until(
    async () => {
      client = await connectDevice(broker.url, member).catch(() => null);
      return client !== null;
    },
    { what: "being let in" },
  );
  if (client === null) throw new Error("unreachable");
  clients.push(client);
  return client;
}
const revoke = (member: Member) => app.operator.post(`/devices/${member.identity.id}/revoke`);
const refuses = (member: Member) =>
  expect(connectDevice(broker.url, member)).rejects.toThrow(/refused|authori[sz]ed/i);

test("who enrols is let in at once, to exactly its own topics", async () => {
  const near = await enrolDevice(app.operator, app.url, VILLAGE);
  const far = await enrolDevice(app.operator, app.url, FAR_VILLAGE);
  const device = await connect(near);
  const topics = subscriptionsOf({ deviceId: near.identity.id, areas: near.identity.areas, groups: [] });
  expect(await device.subscribe(...topics)).toEqual(topics.map(() => 1));
  const foreign = [commandTopic({ kind: "device", id: far.identity.id }), "ccx/v1/#", "#", "$CONTROL/#"];
  expect(await device.subscribe(...foreign)).toEqual(foreign.map(() => 128));

  const witness = await connect(far);
  await witness.subscribe(ackTopic(far.identity.id), commandTopic({ kind: "area", id: COUNTY }));
  await device.publish(commandTopic({ kind: "area", id: COUNTY }), "forged");
  await device.publish("$CONTROL/dynamic-security/v1", JSON.stringify({ commands: [] })).catch(() => {});
  const record = { seq: 1, at: Date.now(), type: "received", commandId: "none" };
  const report = JSON.stringify({ bootId: "boot", records: [record] });
  await witness.publish(uplinkTopic(far.identity.id, "report"), report);
  await witness.hears(JSON.stringify({ bootId: "boot", ackedSeq: 1 }));
  expect(witness.heard).toHaveLength(1);
  await refuses({ ...near, password: far.password });
});

test("who is revoked is disconnected and kept out, who enrols anew gets in with the new password only", async () => {
  const near = await enrolDevice(app.operator, app.url, VILLAGE);
  const far = await enrolDevice(app.operator, app.url, FAR_VILLAGE);
  const [thief, other] = [await connect(near), await connect(far)];
  await revoke(near);
  await until(() => !thief.mqtt.connected, { what: "the disconnection" });
  await refuses(near);
  expect(other.mqtt.connected).toBe(true);

  const { code } = await app.operator.post<{ code: string }>(
    `/devices/${far.identity.id}/enrolment-code`,
    {},
  );
  const answer = await fetch(`${app.url}/device/v1/enroll`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      code,
      hardwareId: `hw-${far.identity.id}`,
      kind: "loudspeaker",
      model: "test",
      software: "1",
    }),
  });
  const { mqtt } = (await answer.json()) as { mqtt: { password: string } };
  await connect({ ...far, password: mqtt.password });
  await refuses(far);
});

test("a group's topics are a device's from the change on, and no longer than it is in the group", async () => {
  const near = await enrolDevice(app.operator, app.url, VILLAGE);
  const device = await connect(near);
  const topic = commandTopic({ kind: "group", id: "schools" });
  const groups = (names: string[]) =>
    app.operator.patch(`/devices/${near.identity.id}/twin`, { groups: names }, "*");
  const granted = async (client: DeviceClient) => (await client.subscribe(topic))[0];
  expect(await granted(device)).toBe(128);
  await groups(["schools"]);
  await until(async () => (await granted(await connect(near))) === 1, { what: "the group" });
  await groups([]);
  await until(async () => (await granted(await connect(near))) === 128, { what: "the end of it" });
});

const goes = (member: Member) =>
  until(async () => (await connectDevice(broker.url, member).catch(() => null)) === null, {
    what: "the end of the account",
    timeoutMs: 60_000, // the plugin writes its whole file anew at each command
  });

test.each([
  ["was revoked while the broker was away", true],
  ["comes back with the broker's old file", false],
])("what %s is gone once the broker is back", async (_name, isAway) => {
  const near = await enrolDevice(app.operator, app.url, VILLAGE);
  const far = await enrolDevice(app.operator, app.url, FAR_VILLAGE);
  const accounts = accountsIn(app.folder);
  if (!isAway) {
    await connect(near);
    await revoke(near);
    await goes(near);
  }
  await broker.stop();
  if (isAway) await revoke(near);
  broker = await start(accounts);
  await connected();
  const other = await connect(far);
  await goes(near);
  expect(other.mqtt.connected).toBe(true);
});

test("accounts of devices that this server does not have go, however many they are", async () => {
  const near = await enrolDevice(app.operator, app.url, VILLAGE);
  const elsewhere = createFleet();
  const members = Array.from({ length: 450 }, () => elsewhere.enrol(VILLAGE));
  const accounts = [...elsewhere.devices.accounts(), ...accountsIn(app.folder)];
  elsewhere.close();
  await broker.stop();
  broker = await start(accounts);
  await connected();
  const [first, last] = [members[0] ?? near, members.at(-1) ?? near];
  await goes(first);
  await goes(last);
  const device = await connect(near);
  expect(device.mqtt.connected).toBe(true);
});

test("a device that the broker lost is named in the log", async () => {
  const near = await enrolDevice(app.operator, app.url, VILLAGE);
  await connect(near);
  await broker.stop();
  broker = await start([]);
  await connected();
  const said = () =>
    app.log.entries.find(({ msg }) => String(msg).includes("does not know enrolled devices"));
  await until(() => said() !== undefined, { what: "the error" });
  expect(said()).toMatchObject({ level: 50, devices: [near.identity.id], count: 1 });
});
