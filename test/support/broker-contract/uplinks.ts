import { expect, test } from "vitest";
import { until } from "../../../scripts/until.ts";
import {
  ackTopic,
  commandTopic,
  subscriptionsOf,
  TOPIC_PREFIX,
  uplinkTopic,
} from "../../../src/protocol/topics.ts";
import { VILLAGE } from "../fleet.ts";
import { idOf, type Setting } from "./setting.ts";

/** What devices say, and who hears it. */
export function uplinkTests(at: Setting): void {
  test.each([
    ["another device's branch", () => uplinkTopic(idOf(at.far), "report")],
    ["the own downlink", () => commandTopic({ kind: "device", id: idOf(at.near) })],
    ["an area", () => commandTopic({ kind: "area", id: VILLAGE })],
    ["an unknown leaf of the own branch", () => `${TOPIC_PREFIX}/device/${idOf(at.near)}/other`],
  ])("a device cannot publish to %s", async (_name, topicOf) => {
    const { near, far, server, answers } = at;
    const witness = await at.connect(far);
    await witness.subscribe(
      ...subscriptionsOf({ deviceId: idOf(far), areas: far.identity.areas, groups: [] }),
    );
    const device = await at.connect(near);
    const answer = await device.publish(topicOf(), "forged").then(
      () => "acknowledged",
      () => "closed",
    );
    expect(answer).toBe(answers.publish);
    await device.end();

    const again = await at.connect(near);
    await again.publish(uplinkTopic(idOf(near), "report"), "honest");
    await at.serverHears("honest");
    await server.publish(ackTopic(idOf(far)), "last");
    await witness.hears("last");
    expect([...at.received, ...witness.heard].map(({ text }) => text)).not.toContain("forged");
  });

  test("a will is sent when a device is cut off", async () => {
    const { near, answers } = at;
    const topic = uplinkTopic(idOf(near), "presence");
    const device = await at.connect(near, {
      will: { topic, payload: Buffer.from("gone"), qos: 1, retain: true },
    });
    await device.publish(topic, "here", true);
    device.cut();
    await at.serverHears("gone");
    expect(at.received.map(({ text, retain }) => ({ text, retain }))).toEqual([
      { text: "here", retain: false },
      { text: "gone", retain: false },
    ]);

    // What the server finds that was not there at the time.
    at.received.length = 0;
    await at.server.close();
    await at.serverComes();
    if (answers.retainedForWildcards) await at.serverHears("gone");
    const again = await at.connect(near);
    await again.publish(uplinkTopic(idOf(near), "report"), "last");
    await at.serverHears("last");
    const kept = answers.retainedForWildcards ? [{ topic, text: "gone", retain: true }] : [];
    expect(at.received.filter(({ text }) => text !== "last")).toEqual(kept);
  });

  test("a will is held to the same rules as a publish", async () => {
    const { near, far } = at;
    const topic = uplinkTopic(idOf(far), "presence");
    const will = { topic, payload: Buffer.from("forged will"), qos: 1 as const, retain: false };
    const device = await at.connect(near, { will });
    device.cut();
    // At the latest when the device comes back, the end of its earlier connection has been dealt with.
    const honest = await at.connect(near);
    await honest.publish(uplinkTopic(idOf(near), "report"), "after");
    await at.serverHears("after");
    expect(at.received.map(({ text }) => text)).not.toContain("forged will");
  });

  test("a packet over 256 kB is answered as the broker is set up", async () => {
    const { near, answers } = at;
    const device = await at.connect(near);
    const topic = uplinkTopic(idOf(near), "report");
    await device.publish(topic, "x".repeat(200_000));
    const answer = await device.publish(topic, "y".repeat(300_000)).then(
      () => "acknowledged",
      () => "closed",
    );
    expect(answer).toBe(answers.oversized);
    const again = await at.connect(near);
    await again.publish(topic, "last");
    await at.serverHears("last");
    const isHeard = at.received.some(({ text }) => text.startsWith("y"));
    expect(isHeard).toBe(answers.oversized === "acknowledged");
  });

  test("the server hears everything when many devices report at once after an outage", async () => {
    const { fleet, broker, received } = at;
    const members = Array.from({ length: 40 }, () => fleet.enrol(VILLAGE));
    await broker.enforce();
    const devices = await Promise.all(members.map((member) => at.connect(member)));
    const large = "x".repeat(100_000);
    await Promise.all(
      devices.flatMap((device, index) =>
        Array.from({ length: 5 }, () =>
          device.publish(uplinkTopic(idOf(members[index] ?? at.near), "report"), large),
        ),
      ),
    );
    await until(() => received.length === 200, { timeoutMs: 15_000, what: "200 reports of 100 kB" });
    expect(at.server.online).toBe(true);
  });
}
