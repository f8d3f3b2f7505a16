import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { freePort } from "../support/free-port.ts";

/** More than Node.js lets wait by itself. */
const AT_ONCE = 700;

test("whoever comes back while the server is busy waits to be let in, and is not turned away", async () => {
  const somaxconn = Number(await readFile("/proc/sys/net/core/somaxconn", "utf8"));
  expect(somaxconn).toBeGreaterThanOrEqual(AT_ONCE);
  const folder = await mkdtemp(join(tmpdir(), "ccx-queue-"));
  const mqttPort = await freePort();
  const server = await startServer(folder, { MQTT_PORT: `${mqttPort}` });
  const sockets: Socket[] = [];
  try {
    // A process that stands still accepts nobody, as one that computes for a moment.
    process.kill(server.pid, "SIGSTOP");
    for (const port of [mqttPort, Number(new URL(server.url).port)]) {
      let waiting = 0;
      for (let n = 0; n < AT_ONCE; n += 1)
        sockets.push(connect(port, "127.0.0.1", () => (waiting += 1)).on("error", () => {}));
      await until(() => waiting === AT_ONCE, { what: "all of them to wait", timeoutMs: 5_000 });
      expect(waiting).toBe(AT_ONCE);
      for (const socket of sockets.splice(0)) socket.destroy();
    }
  } finally {
    for (const socket of sockets) socket.destroy();
    process.kill(server.pid, "SIGCONT");
    await server.end();
    await rm(folder, { recursive: true });
  }
});
