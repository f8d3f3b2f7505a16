import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import mqtt from "mqtt";
import { Temporal } from "temporal-polyfill";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { startServer } from "../../scripts/processes.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import { approvedEpisode, makeTone, scheduleOnce } from "../support/county.ts";
import { enrolmentCodes } from "../support/enrolment-codes.ts";
import { allowAnyHour } from "../support/second-person.ts";
import { median, type ReportRow } from "./report.ts";

const GATEWAYS = Number(process.env["BENCH_GATEWAYS"] ?? 1500);
const ROUNDS = Number(process.env["BENCH_RUNS"] ?? 5);
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/**
 * One county-wide play command to every gateway, from the server's publish to the last receipt, against the same message from a
 * bare aedes to as many bare subscribers. Server, broker and receivers are the same kinds of process in both.
 */
export async function fanOut(report: ReportRow): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ccx-bench-"));
  const server = await startServer(folder, {
    LOG_LEVEL: "error",
    RATE_LIMIT_PER_MINUTE: "1000000",
    ENROLMENTS_PER_MINUTE: "1000000",
    TRANSCODE_NICENESS: "0",
  });
  const operator = await signIn(server.url, "admin", await server.password);
  const codes = await enrolmentCodes(operator, GATEWAYS);
  await allowAnyHour({ url: server.url, operator });
  await approvedEpisode(operator, 1, makeTone(join(folder, "tone.wav"), 1));
  const fleet = await startReceivers({ kind: "fleet", server: server.url, codes });
  const bare = await startBareBroker();
  const subscribers = await startReceivers({ kind: "bare", url: bare.url, count: GATEWAYS });
  try {
    const own: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      own.push(await timeCommand(fleet, () => scheduleSoon(operator, round)));
      raw.push(await timeCommand(subscribers, () => bare.publish()));
    }
    const value = median(own);
    const baseline = median(raw);
    report({
      name: `county-wide play command to ${GATEWAYS} gateways, publish to last receipt`,
      value,
      unit: "ms",
      baseline,
      ratio: value / baseline,
    });
  } finally {
    await Promise.all([fleet, subscribers].map(endChild));
    await bare.close();
    await server.end();
    rmSync(folder, { recursive: true });
  }
}

/** Some minutes from now is inside the freeze: the play command goes out at once. */
const scheduleSoon = (operator: Operator, round: number): Promise<string> =>
  scheduleOnce(operator, Temporal.Now.zonedDateTimeISO("UTC").add({ minutes: 2 + round }));

/** A process of receivers that tells when all of them have a message, and when the message says it was sent. */
export async function startReceivers(job: ReceiverJob): Promise<ChildProcess> {
  const child = fork(here("./receivers.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(job);
  await nextMessage(child);
  return child;
}

export type ReceiverJob =
  | { kind: "fleet"; server: string; codes: string[] }
  | { kind: "bare"; url: string; count: number };

/** @throws when not all of them have it within a minute */
async function timeCommand(receivers: ChildProcess, send: () => Promise<unknown>): Promise<number> {
  const received = nextMessage<{ sentAt: number; lastAt: number }>(receivers, MINUTE_MS);
  await send();
  const { sentAt, lastAt } = await received;
  return lastAt - sentAt;
}

/** @param env what it has beside this process's own */
export async function startBareBroker(env: NodeJS.ProcessEnv = {}) {
  const child = fork(here("./bare-broker.ts"), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
  const port = await nextMessage<number>(child);
  const url = `mqtt://127.0.0.1:${port}`;
  const publisher = await mqtt.connectAsync(url, { protocolVersion: 4 });
  return {
    url,
    pid: child.pid ?? 0,
    async publish() {
      const sentAt = performance.timeOrigin + performance.now();
      // As long as a signed play command.
      await publisher.publishAsync("bench", JSON.stringify({ sentAt, padding: "x".repeat(1000) }), {
        qos: 1,
      });
    },
    async close() {
      await publisher.endAsync();
      await endChild(child);
    },
  };
}

/** What a child says next. @throws when it ends instead, or says nothing for so long */
export async function nextMessage<T>(child: ChildProcess, withinMs?: number): Promise<T> {
  const ended = new AbortController();
  const signals = [ended.signal, ...(withinMs === undefined ? [] : [AbortSignal.timeout(withinMs)])];
  const said = once(child, "message", { signal: AbortSignal.any(signals) });
  const end = () => ended.abort(new Error(`${child.spawnargs.at(-1)} ended with ${child.exitCode}`));
  child.once("exit", end);
  try {
    const [message] = (await said) as [T];
    return message;
  } finally {
    child.off("exit", end);
  }
}

export async function endChild(child: ChildProcess): Promise<void> {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
