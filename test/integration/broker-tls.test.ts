import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { IClientOptions } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connectMqtt } from "../../devices/core/mqtt-link.ts";
import { until } from "../../scripts/until.ts";
import { connectBroker } from "../../src/delivery/broker-link.ts";
import { type EmbeddedBroker, startEmbeddedBroker } from "../../src/delivery/embedded-broker.ts";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import { commandTopic, playlistTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { createAuthority } from "../support/certificates.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice, type DeviceClient } from "../support/device-client.ts";
import { COUNTY, createFleet, type Fleet, type Member, VILLAGE } from "../support/fleet.ts";
import { createMemoryLog } from "../support/memory-log.ts";

const SERVER = { username: "ccx-server", password: "the-servers-own-secret" };
/** TLS 1.3: a client learns after its own handshake that the other side did not like its certificate. */
const HANDSHAKE_FAILED = /certificate|alert|closed|RESET|connect to server/i;
const REFUSED = /refused|authori[sz]ed/i;

let folder: string;
let authority: ReturnType<typeof createAuthority>;
let ofDevices: ReturnType<typeof createAuthority>;
let stranger: ReturnType<typeof createAuthority>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-tls-"));
  authority = createAuthority(folder, "county");
  ofDevices = createAuthority(folder, "devices");
  stranger = createAuthority(folder, "stranger");
});
afterAll(() => rm(folder, { recursive: true }));

const clients: DeviceClient[] = [];
async function connect(url: string, member: Member, options: IClientOptions = {}): Promise<DeviceClient> {
  const client = await connectDevice(url, member, options);
  clients.push(client);
  return client;
}
afterEach(async () => void (await Promise.all(clients.splice(0).map((client) => client.end()))));

describe("client certificates at the embedded broker", () => {
  let fleet: Fleet;
  let member: Member;
  let other: Member;
  let broker: EmbeddedBroker;
  let url: string;
  const start = async (clientMode: "optional" | "required") => {
    broker = await startEmbeddedBroker({
      host: "127.0.0.1",
      port: 0,
      tls: {
        host: "127.0.0.1",
        port: 0,
        ...authority.server(),
        clientCa: ofDevices.cert,
        clients: clientMode,
      },
      devices: fleet.devices,
      server: SERVER,
      log: createMemoryLog().log,
    });
    fleet.devices.onRevoked(broker.disconnect);
    url = `mqtts://127.0.0.1:${broker.tlsPort}`;
  };
  beforeEach(async () => {
    fleet = createFleet();
    member = fleet.enrol(VILLAGE);
    other = fleet.enrol(VILLAGE);
    await start("optional");
  });
  afterEach(async () => {
    await broker.close();
    fleet.close();
  });

  const certified = (name: string, by = ofDevices): IClientOptions => {
    const { cert, key } = by.client(name);
    return { ca: authority.cert, cert, key };
  };
  const withoutPassword = (options: IClientOptions): IClientOptions => {
    const { password: _, ...rest } = options;
    return { ...rest, password: undefined as never };
  };

  test("a certificate with the device's id as common name stands for its password", async () => {
    const device = await connect(url, member, withoutPassword(certified(member.identity.id)));
    expect(await device.subscribe(commandTopic({ kind: "device", id: member.identity.id }), "#")).toEqual([
      1, 128,
    ]);
  });

  test.each<[string, () => [Member, IClientOptions]]>([
    ["another device's certificate", () => [member, withoutPassword(certified(other.identity.id))]],
    ["another device's certificate beside the right password", () => [member, certified(other.identity.id)]],
    [
      "a certificate beside a wrong password",
      () => [{ ...member, password: "wrong" }, certified(member.identity.id)],
    ],
    [
      "a certificate of another authority",
      () => [member, withoutPassword(certified(member.identity.id, stranger))],
    ],
    ["neither certificate nor password", () => [member, withoutPassword({ ca: authority.cert })]],
    [
      "the server's name in a certificate",
      () => [
        { ...member, identity: { ...member.identity, id: SERVER.username } },
        withoutPassword(certified(SERVER.username)),
      ],
    ],
  ])("refuses %s", async (_name, attempt) => {
    const [who, options] = attempt();
    await expect(connect(url, who, options)).rejects.toThrow(REFUSED);
  });

  test("a revoked device's certificate lets nobody in, and its connection ends", async () => {
    const device = await connect(url, member, withoutPassword(certified(member.identity.id)));
    fleet.devices.revoke(member.identity.id);
    await until(() => !device.mqtt.connected, { what: "the disconnection" });
    await expect(connect(url, member, certified(member.identity.id))).rejects.toThrow(REFUSED);
  });

  test("where certificates are required, the handshake fails without one, right password or not", async () => {
    await broker.close();
    await start("required");
    await expect(connect(url, member, { ca: authority.cert })).rejects.toThrow(HANDSHAKE_FAILED);
    await expect(connect(url, member, certified(member.identity.id, stranger))).rejects.toThrow(
      HANDSHAKE_FAILED,
    );
    await connect(url, member, certified(member.identity.id));
  });

  test("a session that is resumed without ever having shown a certificate needs the password", async () => {
    const socket = connectTls({ port: broker.tlsPort ?? 0, host: "127.0.0.1", ca: authority.cert });
    socket.resume();
    const [session] = (await once(socket, "session")) as [Buffer];
    socket.destroy();
    const resumed = { ca: authority.cert, session } as IClientOptions;
    await expect(connect(url, member, withoutPassword(resumed))).rejects.toThrow(REFUSED);
    const device = await connect(url, member, resumed);
    expect((device.mqtt.stream as unknown as TLSSocket).isSessionReused()).toBe(true);
  });

  test("nothing older than TLS 1.2 is spoken", async () => {
    const old = { ca: authority.cert, minVersion: "TLSv1", maxVersion: "TLSv1.1" } as IClientOptions;
    await expect(connect(url, member, old)).rejects.toThrow(/protocol|version|alert/i);
  });

  test("the server's link and a device's reach it by its authority, and nobody else's", async () => {
    const { log, text } = createMemoryLog();
    const link = connectBroker({
      urls: [url],
      tls: { ca: authority.cert },
      ...SERVER,
      clientId: SERVER.username,
      log,
    });
    await until(() => link.online, { what: "the server's link" });
    await link.close();
    const blind = connectBroker({
      urls: [url],
      tls: { ca: stranger.cert },
      ...SERVER,
      clientId: SERVER.username,
      log,
    });
    await until(() => /certificate|issuer/i.test(text()), { what: "the refusal" });
    expect(blind.online).toBe(false);
    await blind.close();
  });
});

describe("the whole server", () => {
  let app: RunningApp;
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await app.close();
    isClosed = true;
  };
  beforeEach(() => void (isClosed = false));
  afterEach(close);
  const county = commandTopic({ kind: "area", id: COUNTY });

  test("with a certificate tells devices to come by mqtts", async () => {
    const { certFile, keyFile } = authority.server();
    app = await runApp({ env: { MQTT_TLS_CERT: certFile, MQTT_TLS_KEY: keyFile, MQTT_TLS_PORT: "0" } });
    await importRegions(app.operator);
    const { id } = await app.operator.post<{ id: string }>("/devices", {
      regionCode: VILLAGE,
      kind: "loudspeaker",
    });
    const { code } = await app.operator.post<{ code: string }>(`/devices/${id}/enrolment-code`, {});
    const answer = await fetch(`${app.url}/device/v1/enroll`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, hardwareId: "hw", kind: "loudspeaker", model: "test", software: "1" }),
    });
    const enrolled = (await answer.json()) as EnrolResponse;
    expect(enrolled.mqtt.url).toMatch(/^mqtts:\/\/127\.0\.0\.1:\d+$/);
    const device = await connect(
      enrolled.mqtt.url,
      { identity: { id: enrolled.deviceId }, password: enrolled.mqtt.password } as Member,
      { ca: authority.cert },
    );
    expect(await device.subscribe(county)).toEqual([1]);
  });

  test("serves MQTT by WebSocket at /mqtt of its HTTP port, under the same rules and limits", async () => {
    app = await runApp();
    await importRegions(app.operator);
    const member = await enrolDevice(app.operator, app.url, VILLAGE);
    const url = `${app.url.replace("http:", "ws:")}/mqtt`;
    const device = await connect(url, member);
    const root = playlistTopic({ kind: "area", id: "370000000000" });
    expect(await device.subscribe(root, "#")).toEqual([1, 128]);
    await app.operator.put("/policy", { quietHours: [], maxVolume: 80 });
    await until(() => device.heard.some(({ topic }) => topic === root), { what: "the pointer" });

    await expect(connect(url, { ...member, password: "wrong" })).rejects.toThrow(REFUSED);
    await expect(device.publish("ccx/v1/device/another/report", "forged")).rejects.toThrow(/cut/);
    const large = await connect(url, member);
    await expect(
      large.publish(`ccx/v1/device/${member.identity.id}/report`, "x".repeat(300_000)),
    ).rejects.toThrow(/cut/);
    expect(app.log.text()).toContain("packet too large");

    const last = await connect(url, member);
    await app.operator.post(`/devices/${member.identity.id}/revoke`);
    await until(() => !last.mqtt.connected, { what: "the disconnection" });
  });

  test("a gateway comes by WebSocket too, and the server ends while it is connected", async () => {
    app = await runApp();
    await importRegions(app.operator);
    const { identity, password } = await enrolDevice(app.operator, app.url, VILLAGE);
    const gateway = connectMqtt({
      identity: {
        deviceId: identity.id,
        areas: identity.areas,
        mqtt: { url: `${app.url.replace("http:", "ws:")}/mqtt`, username: identity.id, password },
      },
      software: "test",
      bootId: "boot",
      now: Date.now,
      log: createMemoryLog().log,
      onMessage: () => {},
      onOnline: () => {},
    });
    await until(() => gateway.online, { what: "the gateway" });
    await close();
    await until(() => !gateway.online, { what: "the end of the connection" });
    expect(app.log.entries.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    await gateway.close();
  });

  test.each([
    ["another path", "/elsewhere", ["mqtt"]],
    ["another protocol", "/mqtt", ["chat"]],
    ["no protocol", "/mqtt", []],
  ])("answers an upgrade to %s with 400", async (_name, path, protocols) => {
    app = await runApp();
    const socket = new WebSocket(`${app.url.replace("http:", "ws:")}${path}`, protocols);
    const error = await new Promise<Error>((resolve) => socket.once("error", resolve));
    expect(error.message).toContain("400");
  });
});
