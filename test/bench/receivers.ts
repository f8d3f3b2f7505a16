import { once } from "node:events";
import mqtt from "mqtt";
import { createFleet } from "../../devices/simulator/fleet.ts";
import type { ReceiverJob } from "./fan-out.ts";

/** Receives one command at a time and tells the parent when the last of the receivers had it. */
function createTally(expected: number) {
  let received = 0;
  return (sentAt: () => number, receivedAt: number): void => {
    received += 1;
    if (received < expected) return;
    received = 0;
    process.send?.({ sentAt: sentAt(), lastAt: receivedAt });
  };
}

const [job] = (await once(process, "message")) as [ReceiverJob];
if (job.kind === "fleet") {
  const tally = createTally(job.codes.length);
  // The instant of issue in the signed payload: it includes the server's outbox and its signature.
  const issuedAt = (jws: string) => {
    const payload = Buffer.from(jws.split(".")[1] ?? "", "base64url").toString();
    return (JSON.parse(payload) as { issuedAt: number }).issuedAt;
  };
  await createFleet({
    server: job.server,
    codes: job.codes,
    takePart: false,
    onCommand: (_gateway, jws, receivedAt) => tally(() => issuedAt(jws), receivedAt),
  });
} else {
  const tally = createTally(job.count);
  const connect = async () => {
    const client = await mqtt.connectAsync(job.url, { protocolVersion: 4, keepalive: 120 });
    client.on("message", (_topic, payload) => {
      const receivedAt = performance.timeOrigin + performance.now();
      tally(() => (JSON.parse(payload.toString()) as { sentAt: number }).sentAt, receivedAt);
    });
    await client.subscribeAsync("bench", { qos: 1 });
  };
  for (let left = job.count; left > 0; left -= 50) {
    await Promise.all(Array.from({ length: Math.min(50, left) }, connect));
  }
}
process.send?.("ready");
