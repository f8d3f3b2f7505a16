import mqtt from "mqtt";
import { expect, test } from "vitest";
import { until } from "../../../scripts/until.ts";
import { ackTopic, uplinkTopic } from "../../../src/protocol/topics.ts";
import { connectDevice } from "../device-client.ts";
import { type Member, VILLAGE } from "../fleet.ts";
import { idOf, type Setting } from "./setting.ts";

const REFUSED = /refused|authori[sz]ed/i;

/** Who may connect, and as whom. */
export function accountTests(at: Setting): void {
  test.each<[string, (member: Member) => Member]>([
    ["a wrong password", (member) => ({ ...member, password: "wrong" })],
    ["an unknown device", (member) => ({ ...member, identity: { ...member.identity, id: "0190-unknown" } })],
    ["the password of another device", (member) => ({ ...member, password: at.far.password })],
  ])("refuses %s", async (_name, alter) => {
    await expect(connectDevice(at.urlOf(at.near), alter(at.near))).rejects.toThrow(REFUSED);
  });

  test("refuses a connection without an account", async () => {
    await expect(
      mqtt.connectAsync(at.urlOf(at.near), { clientId: "nobody", reconnectPeriod: 0 }, false),
    ).rejects.toThrow(REFUSED);
  });

  test("a second connection of a device takes over from the first", async () => {
    const first = await at.connect(at.near);
    const second = await at.connect(at.near, { node: 0 });
    await until(() => !first.mqtt.connected, { what: "the first being cut" });
    const topic = ackTopic(idOf(at.near));
    await second.subscribe(topic);
    await at.server.publish(topic, "to the second");
    expect(await second.hears("to the second")).toMatchObject({ topic });
  });

  test("a device cannot take over another's connection by its client id", async () => {
    const { near, far, server } = at;
    const victim = await at.connect(far);
    const attempt = await at.connect(near, { clientId: idOf(far) }).catch(() => null);
    await victim.subscribe(ackTopic(idOf(far)));
    await server.publish(ackTopic(idOf(far)), "still here");
    expect(victim.mqtt.connected).toBe(true);
    await victim.hears("still here");
    await attempt?.end();
  });

  test("a revoked device is disconnected within 5 s and kept out, the others stay", async () => {
    const { fleet, broker, far, answers } = at;
    const stolen = fleet.enrol(VILLAGE);
    await broker.enforce();
    const others = await at.connect(far);
    const thief = await at.connect(stolen);
    fleet.devices.revoke(idOf(stolen));
    await broker.enforce();
    if (answers.revoked === "at the next topic")
      await thief.publish(uplinkTopic(idOf(stolen), "state"), "stolen").catch(() => {});
    await until(() => !thief.mqtt.connected, { timeoutMs: 5_000, what: "the disconnection" });
    await expect(connectDevice(at.urlOf(stolen), stolen)).rejects.toThrow(REFUSED);
    await others.publish(uplinkTopic(idOf(far), "report"), "still here");
    await at.serverHears("still here");
    expect(at.received.map(({ text }) => text)).not.toContain("stolen");
  });
}
