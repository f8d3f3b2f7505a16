import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { delay } from "../../src/clock.ts";
import { type EpisodeView, makeTone, programmeId } from "../support/county.ts";
import type { ReportRow } from "./report.ts";

const MB = 1024 * 1024;
const PASSED_MB = 1_024;
const TIMES = 4;
const REQUESTS = 400;
const UNLIMITED = { RATE_LIMIT_PER_MINUTE: "1000000", LOG_LEVEL: "error" };

interface Office {
  server: StartedServer;
  operator: Operator;
  folder: string;
  segment(): Promise<string>;
}

async function withServer(env: NodeJS.ProcessEnv, work: (office: Office) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ccx-bench-"));
  const server = await startServer(folder, { ...UNLIMITED, ...env });
  let number = 0;
  try {
    const operator = await signIn(server.url, "admin", await server.password);
    const segment = async () => {
      number += 1;
      const { id } = await operator.post<EpisodeView>("/episodes", {
        programmeId: await programmeId(operator, "broadcast"),
        number,
        title: `第${number}期`,
        segments: [{ name: "党建聚焦", title: "要闻" }],
      });
      return `/episodes/${id}/segments/1/recording`;
    };
    await work({ server, operator, folder, segment });
  } finally {
    await server.end();
    rmSync(folder, { recursive: true });
  }
}

/** How much the server's memory grows while 4 GB pass through: one up, three down; against what it has at rest. */
export async function mediaMemory(report: ReportRow): Promise<void> {
  await withServer({}, async ({ server, operator, segment }) => {
    const rssMb = () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1024;
    // What any first upload and download bring with them.
    const small = await upload(server, operator, await segment(), 256);
    await download(server, operator, small);
    await cancelAll(operator);
    const baseline = rssMb();
    let value = 0;
    const watching = setInterval(() => (value = Math.max(value, rssMb())), 100);
    const sha256 = await upload(server, operator, await segment(), PASSED_MB);
    await cancelAll(operator);
    for (let time = 1; time < TIMES; time += 1) await download(server, operator, sha256);
    clearInterval(watching);
    report({
      name: `memory while ${(TIMES * PASSED_MB) / 1024} GB pass through`,
      value,
      unit: "MB",
      baseline,
      ratio: value / baseline,
    });
  });
}

/** A recording of so many megabytes, made while it is sent. @returns its SHA-256 */
async function upload(
  { url }: StartedServer,
  { credentials }: Operator,
  path: string,
  sizeMb: number,
): Promise<string> {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(sizeMb * MB - 8, 4);
  header.write("WAVEfmt ", 8);
  for (const [at, value] of [
    [16, 16],
    [24, 48_000],
    [28, 192_000],
  ] as const)
    header.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 2],
    [32, 4],
    [34, 16],
  ] as const)
    header.writeUInt16LE(value, at);
  header.write("data", 36);
  header.writeUInt32LE(sizeMb * MB - 44, 40);
  const noise = randomBytes(MB);
  function* body(): Generator<Buffer> {
    yield header;
    yield noise.subarray(44);
    for (let sent = 1; sent < sizeMb; sent += 1) yield noise;
  }
  const headers = { ...credentials, "content-type": "audio/wav", "content-length": String(sizeMb * MB) };
  return new Promise((resolve, reject) => {
    const sending = request(`${url}/api/v1${path}`, { method: "PUT", headers }, (answer) => {
      answer.toArray().then((chunks) => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode === 200)
          resolve((JSON.parse(text) as EpisodeView).segments[0]?.recording?.sha256 ?? "");
        else reject(new Error(text));
      }, reject);
    });
    pipeline(Readable.from(body()), sending).catch(reject);
  });
}

async function download({ url }: StartedServer, { credentials }: Operator, sha256: string): Promise<void> {
  const answer = await fetch(`${url}/media/${sha256}`, { headers: credentials });
  for await (const _ of answer.body ?? []);
}

async function cancelAll(operator: Operator): Promise<void> {
  for (const state of ["queued", "running"]) {
    const { items } = await operator.get<{ items: { id: string }[] }>(`/jobs?state=${state}`);
    for (const { id } of items) await operator.post(`/jobs/${id}/cancel`).catch(() => undefined);
  }
}

/** The console's requests while every core transcodes, against the same with nothing else to do. */
export async function apiWhileTranscoding(report: ReportRow): Promise<void> {
  await withServer({}, async ({ operator, folder, segment }) => {
    for (let episode = 0; episode < 20; episode += 1) await segment();
    await p99(operator);
    const baseline = await p99(operator);
    for (const seconds of [900, 901, 902]) {
      await operator.upload(await segment(), makeTone(join(folder, `tone-${seconds}.wav`), seconds));
    }
    await delay(2_000);
    const value = await p99(operator);
    const { items } = await operator.get<{ items: unknown[] }>("/jobs?state=running");
    if (items.length === 0) throw new Error("nothing was transcoding any more");
    await cancelAll(operator);
    report({
      name: "console API, p99 while transcoding",
      value,
      unit: "ms",
      baseline,
      ratio: value / baseline,
    });
  });
}

async function p99(operator: Operator): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < REQUESTS; count += 1) {
    const beganAt = performance.now();
    await operator.get(count % 2 === 0 ? "/episodes?limit=20" : "/programmes");
    times.push(performance.now() - beganAt);
    await delay(10);
  }
  return times.toSorted((one, other) => one - other)[Math.floor(REQUESTS * 0.99)] ?? Number.NaN;
}
