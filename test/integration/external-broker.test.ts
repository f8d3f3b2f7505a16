import { afterEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import { ackTopic, commandTopic, playlistTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { COUNTY, VILLAGE } from "../support/fleet.ts";
import { accountsIn, type RunningMosquitto, startMosquitto } from "../support/mosquitto.ts";

const ACCOUNT = { username: "ccx-server", password: "a password with /signs@" };

let app: RunningApp | undefined;
let broker: RunningMosquitto | undefined;
afterEach(async () => {
  await app?.close();
  await broker?.stop();
  app = undefined;
  broker = undefined;
});

describe("the server on a real Mosquitto, with the files it generates", () => {
  test("commands and pointers go out, reports come in and are acknowledged", async () => {
    let folder: string | null = null;
    broker = await startMosquitto({
      server: ACCOUNT,
      accounts: () => (folder === null ? [] : accountsIn(folder)),
    });
    const { port, url } = broker;
    const account = `${ACCOUNT.username}:${encodeURIComponent(ACCOUNT.password)}`;
    app = await runApp({ env: { MQTT_URL: `mqtt://${account}@127.0.0.1:${port}` } });
    folder = app.folder;
    await importRegions(app.operator);
    const device = await enrolDevice(app.operator, app.url, VILLAGE);
    await broker.reload();

    const client = await connectDevice(url, device);
    const county = { kind: "area", id: COUNTY } as const;
    const root = { kind: "area", id: "370000000000" } as const;
    await client.subscribe(commandTopic(root), playlistTopic(county), ackTopic(device.identity.id));

    // A command, verified with the keys of the enrolment.
    await app.operator.post("/stop");
    await until(() => client.heard.length > 0, { what: "the command" });
    const command = await createVerifier(device.keys as never)("command", client.heard[0]?.text ?? "");
    expect(command).toMatchObject({ type: "stop", body: { all: true } });
    expect(client.heard[0]?.retain).toBe(false);

    // A record that answers it.
    const record = { seq: 1, at: Date.now(), type: "received", commandId: command.id };
    const report = JSON.stringify({ bootId: "boot", records: [record] });
    await client.publish(uplinkTopic(device.identity.id, "report"), report);
    await client.hears(JSON.stringify({ bootId: "boot", ackedSeq: 1 }));

    // What changes every playlist comes as a retained pointer, also to who subscribes later.
    await app.operator.put("/policy", { quietHours: [{ from: "21:00", to: "06:30" }], maxVolume: 80 });
    const late = await connectDevice(url, device);
    await late.subscribe(playlistTopic(root));
    await until(() => late.heard.some(({ topic, retain }) => topic === playlistTopic(root) && retain), {
      what: "the retained pointer",
    });
    await late.end();
    await client.end();
  });

  test("a broker that goes away and comes back gets what was written meanwhile", async () => {
    broker = await startMosquitto({ server: ACCOUNT, accounts: () => [] });
    const account = `${ACCOUNT.username}:${encodeURIComponent(ACCOUNT.password)}`;
    app = await runApp({ env: { MQTT_URL: `mqtt://${account}@127.0.0.1:${broker.port}` } });
    const { url } = app;
    await importRegions(app.operator);
    const device = await enrolDevice(app.operator, url, VILLAGE);
    const readiness = async () => (await fetch(`${url}/readyz`)).status;
    await until(async () => (await readiness()) === 200, { what: "the connection" });

    const { port } = broker;
    await broker.stop();
    await until(async () => (await readiness()) === 503, { what: "the loss to show" });
    await app.operator.put("/policy", { quietHours: [], maxVolume: 70 });

    broker = await startMosquitto({ server: ACCOUNT, accounts: () => accountsIn(app?.folder ?? ""), port });
    await until(async () => (await readiness()) === 200, { what: "the reconnection", timeoutMs: 30_000 });
    const client = await connectDevice(broker.url, device);
    const root = { kind: "area", id: "370000000000" } as const;
    await client.subscribe(playlistTopic(root));
    await until(() => client.heard.length > 0, { what: "the retained pointer" });
    expect(client.heard[0]).toMatchObject({ topic: playlistTopic(root), retain: true });
    await client.end();
  });
});
