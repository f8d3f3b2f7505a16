import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { type Clock, HOUR_MS, MINUTE_MS } from "../../src/clock.ts";
import type { Command, Presence, Report } from "../../src/protocol/messages.ts";
import { createVerifier } from "../../src/protocol/signing.ts";
import { ackTopic, commandTopic, uplinkTopic } from "../../src/protocol/topics.ts";
import { type RunningApp, runApp } from "../support/app.ts";
import { enrolDevice, importRegions } from "../support/county.ts";
import { connectDevice } from "../support/device-client.ts";
import { VILLAGE } from "../support/fleet.ts";
import { enrolGateway } from "../support/gateway.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { secondPerson } from "../support/second-person.ts";
import { recordedMs, recordingOf } from "../support/test-device.ts";

/** Longer than a stop is repeated to its areas. */
const AWAY_MS = 11 * MINUTE_MS;

let folder: string;
let relay: Relay;
let app: RunningApp;
/** How far the server's clock is ahead; it goes on as time does. */
let aheadMs: number;
const clock: Clock = {
  now: () => Date.now() + aheadMs,
  steadyMs: () => performance.now() + aheadMs,
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-return-"));
  aheadMs = 0;
  relay = await startRelay(() => Number(new URL(app.brokerUrl).port));
  app = await runApp({ clock, env: { MQTT_PUBLIC_URL: relay.url.replace("http:", "mqtt:") } });
  await importRegions(app.operator);
});
afterEach(async () => {
  await relay.close();
  await app.close();
  await rm(folder, { recursive: true });
});

test("a gateway that had joined an emergency and was away when everything was stopped is silent once it is back", async () => {
  const deputy = await secondPerson(app);
  const gateway = await enrolGateway(app, VILLAGE, folder);
  await using device = await gateway.start();
  const { id } = await app.operator.post<{ id: string }>("/emergencies", {
    title: "暴雨红色预警",
    class: "emergency",
    source: { text: "全体村民请注意，请立即转移。" },
    areas: [VILLAGE],
    until: new Date(clock.now() + HOUR_MS).toISOString(),
  });
  await deputy.postAnew(`/emergencies/${id}/confirm`);
  await until(() => recordedMs(gateway.state, id) > 300, { what: "the emergency", timeoutMs: 60_000 });

  relay.cut();
  await until(() => !device.online, { what: "the outage" });
  const { commandId } = await app.operator.post<{ commandId: string }>("/stop", { reason: "wrong tape" });
  aheadMs += AWAY_MS;
  const heard = recordedMs(gateway.state, id);
  await until(() => recordedMs(gateway.state, id) > heard + 300, { what: "more of the emergency" });
  relay.mend();
  await until(() => recordingOf(gateway.state, id) !== null, { what: "silence", timeoutMs: 60_000 });
  expect(recordingOf(gateway.state, id)).toMatchObject({ complete: false });
  await until(async () => (await app.operator.get<{ acked: number }>(`/commands/${commandId}`)).acked === 1, {
    what: "the acknowledgement",
  });
}, 180_000);

test("a device hears a stop at each return until it has acknowledged it, on its own topic, and then no more", async () => {
  const member = await enrolDevice(app.operator, app.url, VILLAGE);
  const { id } = member.identity;
  const own = commandTopic({ kind: "device", id });
  const verify = createVerifier(member.keys);
  // It would air within half an hour.
  await app.operator.post("/announcements", {
    title: "通知",
    class: "announcement",
    source: { upload: true },
    targets: { regions: [VILLAGE], kinds: ["loudspeaker"] },
  });
  const { commandId } = await app.operator.post<{ commandId: string }>("/stop");
  aheadMs += AWAY_MS;

  async function comeBack(bootId: string) {
    const client = await connectDevice(app.brokerUrl, member);
    await client.subscribe(own, ackTopic(id));
    const birth: Presence = { online: true, bootId, at: clock.now(), software: "test" };
    await client.publish(uplinkTopic(id, "presence"), JSON.stringify(birth), true);
    const next = async (): Promise<Command> => {
      const command = () => client.heard.find(({ topic }) => topic === own);
      await until(() => command() !== undefined, { what: "a command" });
      return verify("command", command()?.text ?? "");
    };
    return Object.assign(client, { next });
  }
  for (const bootId of ["boot-1", "boot-2"]) {
    const client = await comeBack(bootId);
    expect(await client.next()).toMatchObject({
      id: commandId,
      type: "stop",
      body: { all: true },
      audience: { devices: [id] },
    });
    if (bootId === "boot-2") {
      const records: Report["records"] = [{ seq: 1, at: clock.now(), type: "received", commandId }];
      await client.publish(uplinkTopic(id, "report"), JSON.stringify({ bootId, records } satisfies Report));
      await client.hears(JSON.stringify({ bootId, ackedSeq: 1 }));
    }
    await client.end();
  }
  expect(await app.operator.get(`/commands/${commandId}`)).toMatchObject({ acked: 1, settled: false });
  const again = await comeBack("boot-3");
  const isBack = async () =>
    (await app.operator.get<{ presence: Presence }>(`/devices/${id}`)).presence.bootId === "boot-3";
  await until(isBack, { what: "the birth" });
  // It goes the same way, so what was sent before it is heard before it.
  await app.operator.patch(`/devices/${id}/twin`, { volume: 40 }, "*");
  expect(await again.next()).toMatchObject({ type: "volume" });
  await again.end();
}, 60_000);
