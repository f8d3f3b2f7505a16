import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { signIn } from "../../scripts/operator-client.ts";
import { startServer } from "../../scripts/processes.ts";
import { enrolmentCodes } from "../support/enrolment-codes.ts";
import { freePort } from "../support/free-port.ts";
import { type StormCount, unsettled } from "../support/storm-tally.ts";
import { eventLoopSince, WATCHED } from "./event-loop.ts";
import { endChild, nextMessage, startBareBroker, startReceivers } from "./fan-out.ts";
import type { ReportRow } from "./report.ts";

const SIZES = process.env["BENCH_GATEWAYS"] ? [Number(process.env["BENCH_GATEWAYS"])] : [1_500, 10_000];

export interface StormJob {
  server: string;
  codes: string[];
}

/**
 * The server is killed under a fleet and starts again: until every gateway is connected and has had its playlist confirmed,
 * against as many bare clients that connect to a bare aedes; and how late the event loop of either is meanwhile.
 * @throws when a gateway was refused for good, asked more often than it came back, or fetched what it had
 */
export async function reconnectStorm(report: ReportRow): Promise<void> {
  for (const size of SIZES) await storm(size, report);
}

async function storm(size: number, report: ReportRow): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ccx-bench-"));
  const [loopFile, bareLoopFile] = [join(folder, "event-loop"), join(folder, "bare-event-loop")];
  const env = {
    ...WATCHED,
    EVENT_LOOP_FILE: loopFile,
    PORT: `${await freePort()}`,
    MQTT_PORT: `${await freePort()}`,
    LOG_LEVEL: "error",
    RATE_LIMIT_PER_MINUTE: "1000000",
    ENROLMENTS_PER_MINUTE: "1000000",
  };
  let server = await startServer(folder, env);
  const operator = await signIn(server.url, "admin", await server.password);
  const codes = await enrolmentCodes(operator, size);
  const fleet = fork(fileURLToPath(new URL("./storm-fleet.ts", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const bare = await startBareBroker({ ...WATCHED, EVENT_LOOP_FILE: bareLoopFile });
  try {
    fleet.send({ server: server.url, codes } satisfies StormJob);
    await nextMessage(fleet);
    await server.end("SIGKILL");
    const settled = nextMessage<StormCount>(fleet);
    server = await startServer(folder, env);
    const backAt = Date.now();
    // What a start takes is no part of the storm.
    await eventLoopSince(server.pid, loopFile);
    const count = await settled;
    const loop = await eventLoopSince(server.pid, loopFile);

    await eventLoopSince(bare.pid, bareLoopFile);
    const before = performance.now();
    const clients = await startReceivers({ kind: "bare", url: bare.url, count: size });
    const baseline = performance.now() - before;
    const bareLoop = await eventLoopSince(bare.pid, bareLoopFile);
    await endChild(clients);
    const wrong = unsettled(count, codes.length);
    if (wrong.length > 0) throw new Error(`${size} gateways came back, but: ${wrong.join("; ")}`);
    const value = count.lastAt - backAt;
    const each = (total: number) => (total / size).toFixed(2);
    report({
      name:
        `${size} gateways back after a kill, each with its playlist confirmed once ` +
        `(a gateway: ${each(count.connections)} connections, ${each(count.turnedAway)} turned away, ` +
        `${each(count.failed)} unanswered)`,
      value,
      unit: "ms",
      baseline,
      ratio: value / baseline,
    });
    report({
      name: `the server's event loop while ${size} gateways come back, p99 of its delay`,
      value: loop.p99Ms,
      unit: "ms",
      baseline: bareLoop.p99Ms,
      ratio: loop.p99Ms / bareLoop.p99Ms,
    });
  } finally {
    await endChild(fleet);
    await bare.close();
    await server.end();
    rmSync(folder, { recursive: true });
  }
}
