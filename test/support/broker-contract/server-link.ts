import { expect, test } from "vitest";
import { until } from "../../../scripts/until.ts";
import { uplinkTopic } from "../../../src/protocol/topics.ts";
import { idOf, type Setting } from "./setting.ts";

/** The server's own connection, and what comes of messages without it. */
export function serverLinkTests(at: Setting): void {
  test("what the broker acknowledged while the server was away has been delivered to nobody", async () => {
    const device = await at.connect(at.near);
    const topic = uplinkTopic(idOf(at.near), "report");
    await at.server.close();
    await device.publish(topic, "acknowledged and gone");
    at.received.length = 0;
    await at.serverComes();
    await device.publish(topic, "heard");
    await at.serverHears("heard");
    expect(at.received.map(({ text }) => text)).not.toContain("acknowledged and gone");
  });

  test("the server's link comes back by itself, with its subscriptions", async () => {
    const { server } = at;
    let times = 0;
    server.onOnline(() => (times += 1));
    expect(times).toBe(1);
    // Another connection with the server's account takes over, as a broker's restart would cut it.
    const other = await at.openLink();
    await until(() => times > 1 || !server.online, { what: "the cut" });
    await other.close();
    await until(() => times > 1 && server.online, { timeoutMs: 10_000, what: "the reconnection" });
    const device = await at.connect(at.near);
    await device.publish(uplinkTopic(idOf(at.near), "report"), "heard again");
    await at.serverHears("heard again");
  });
}
