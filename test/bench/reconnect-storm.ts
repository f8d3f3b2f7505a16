import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { signIn } from "../../scripts/operator-client.ts";
import { startServer } from "../../scripts/processes.ts";
import { freePort } from "../support/free-port.ts";
import { endChild, enrolmentCodes, nextMessage, startBareBroker, startReceivers } from "./fan-out.ts";
import type { ReportRow } from "./report.ts";

const GATEWAYS = Number(process.env["BENCH_GATEWAYS"] ?? 10_000);

export interface StormJob {
  server: string;
  codes: string[];
}

/** What one gateway cost from the server's end to the last that was back and had its playlist confirmed. */
export interface StormCount {
  connections: number;
  fetches: number;
  turnedAway: number;
  failed: number;
  /** Epoch ms. */
  lastAt: number;
}

/**
 * The server is killed under a fleet and starts again: until every gateway is connected and has asked for its playlist,
 * against as many bare clients that connect to a bare aedes.
 */
export async function reconnectStorm(report: ReportRow): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ccx-bench-"));
  const env = {
    PORT: `${await freePort()}`,
    MQTT_PORT: `${await freePort()}`,
    LOG_LEVEL: "error",
    RATE_LIMIT_PER_MINUTE: "1000000",
    ENROLMENTS_PER_MINUTE: "1000000",
  };
  let server = await startServer(folder, env);
  const operator = await signIn(server.url, "admin", await server.password);
  const codes = await enrolmentCodes(operator, GATEWAYS);
  const fleet = fork(fileURLToPath(new URL("./storm-fleet.ts", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const bare = await startBareBroker();
  try {
    fleet.send({ server: server.url, codes } satisfies StormJob);
    await nextMessage(fleet);
    await server.end("SIGKILL");
    const settled = nextMessage<StormCount>(fleet);
    server = await startServer(folder, env);
    const backAt = Date.now();
    const count = await settled;

    const before = performance.now();
    const clients = await startReceivers({ kind: "bare", url: bare.url, count: GATEWAYS });
    const baseline = performance.now() - before;
    await endChild(clients);
    const value = count.lastAt - backAt;
    const each = (total: number) => (total / GATEWAYS).toFixed(2);
    report({
      name:
        `${GATEWAYS} gateways back after a kill, each with its playlist confirmed ` +
        `(a gateway: ${each(count.connections)} connections, ${each(count.fetches)} answers, ` +
        `${each(count.turnedAway)} turned away, ${each(count.failed)} failed)`,
      value,
      unit: "ms",
      baseline,
      ratio: value / baseline,
    });
  } finally {
    await endChild(fleet);
    await bare.close();
    await server.end();
    rmSync(folder, { recursive: true });
  }
}
