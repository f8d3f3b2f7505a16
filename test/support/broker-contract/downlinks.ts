import { expect, test } from "vitest";
import { until } from "../../../scripts/until.ts";
import {
  ackTopic,
  alertTopic,
  commandTopic,
  playlistTopic,
  subscriptionsOf,
  TOPIC_PREFIX,
  uplinkTopic,
} from "../../../src/protocol/topics.ts";
import type { DeviceClient } from "../device-client.ts";
import { COUNTY, FAR_VILLAGE, OTHER_TOWN } from "../fleet.ts";
import { idOf, type Setting } from "./setting.ts";

/** What the server says, and who hears it. */
export function downlinkTests(at: Setting): void {
  test("the server's messages reach a device on every topic it may hear", async () => {
    const { near, server } = at;
    const device = await at.connect(near);
    const topics = subscriptionsOf({ deviceId: idOf(near), areas: near.identity.areas, groups: [] });
    expect(await device.subscribe(...topics)).toEqual(topics.map(() => 1));
    for (const topic of topics) await server.publish(topic, topic);
    for (const topic of topics) expect((await device.hears(topic)).topic).toBe(topic);
  });

  test("one county-wide message reaches devices of different towns", async () => {
    const devices = [await at.connect(at.near), await at.connect(at.far)];
    const topic = commandTopic({ kind: "area", id: COUNTY });
    for (const device of devices) await device.subscribe(topic);
    await at.server.publish(topic, "to all");
    for (const device of devices)
      expect(await device.hears("to all")).toMatchObject({ topic, retain: false });
  });

  test("a device hears nothing that is for others, whatever it subscribes to", async () => {
    const { near, far, server, answers } = at;
    const own = ackTopic(idOf(near));
    const foreign = [
      commandTopic({ kind: "device", id: idOf(far) }),
      commandTopic({ kind: "area", id: OTHER_TOWN }),
      alertTopic(FAR_VILLAGE),
      uplinkTopic(idOf(far), "report"),
    ];
    const wildcards = [`${TOPIC_PREFIX}/device/+/command`, `${TOPIC_PREFIX}/#`, "#", "$SYS/#"];
    let device = await at.connect(near);
    for (const filter of [...foreign, ...wildcards]) {
      const answer = await device.subscribe(filter).then(
        ([code]) => code,
        () => "closed",
      );
      expect({ filter, answer }).toEqual({ filter, answer: answers.subscription });
      if (answer === "closed") device = await at.connect(near);
    }
    await device.subscribe(own);
    for (const topic of foreign) await server.publish(topic, "not for you");
    // Sent last on the same connection: once it is here, the others would be.
    await server.publish(own, "last");
    await device.hears("last");
    expect(device.heard.map(({ text }) => text)).toEqual(["last"]);
  });

  test("nothing for others waits for a device that comes back to a persistent session", async () => {
    const { near, far, server, answers } = at;
    const own = playlistTopic({ kind: "device", id: idOf(near) });
    const foreign = commandTopic({ kind: "device", id: idOf(far) });
    /** One that comes before the end of its last connection has been dealt with may be refused; devices come again. */
    async function comesBack(options: { clean: boolean }): Promise<DeviceClient> {
      const listening: DeviceClient[] = [];
      const comes = async () => {
        const client = await at.connect(near, options);
        await client.subscribe(own);
        listening.push(client);
      };
      const isIn = () =>
        comes().then(
          () => true,
          () => false,
        );
      await until(isIn, { what: "being let in again" });
      const [client] = listening;
      if (!client) throw new Error("unreachable");
      return client;
    }
    const before = await comesBack({ clean: false });
    await before.subscribe(foreign).catch(() => []);
    await before.end();
    await server.publish(foreign, "not for you");
    await server.publish(own, "while away");
    const after = await comesBack({ clean: false });
    await server.publish(own, "last");
    await after.hears("last");
    const kept = answers.session === "kept" ? ["while away"] : [];
    expect(after.heard.map(({ text }) => text)).toEqual([...kept, "last"]);
    await after.end();
    // A clean session ends the one before it.
    await (await comesBack({ clean: true })).end();
  });

  test("a retained pointer reaches a device that subscribes later, until it is cleared", async () => {
    const topic = playlistTopic({ kind: "area", id: COUNTY });
    // A node of a cluster may keep to itself what is retained.
    const node = 0;
    await at.server.publish(topic, "pointer", { retain: true });
    const device = await at.connect(at.near, { node });
    await device.subscribe(topic);
    expect(await device.hears("pointer")).toMatchObject({ topic, retain: true });

    await at.server.publish(topic, "", { retain: true });
    const late = await at.connect(at.far, { node });
    await late.subscribe(topic);
    await at.server.publish(topic, "live");
    expect(await late.hears("live")).toMatchObject({ retain: false });
    expect(late.heard).toHaveLength(1);
  });
}
