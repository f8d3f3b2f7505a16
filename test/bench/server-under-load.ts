import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { delay } from "../../src/clock.ts";
import { type EpisodeView, makeTone, programmeId } from "../support/county.ts";
import { tusClient } from "../support/tus.ts";
import { wavHeader } from "../support/wav.ts";
import type { ReportRow } from "./report.ts";

const MB = 1024 * 1024;
const PASSED_MB = 4_096;
const PATCH_MB = 64;
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

/**
 * How much the server's memory grows while 4 GB pass through: half up, in a resumable upload, half down; against what it
 * has at rest. The row's name says the growth itself, which is what has a bound.
 */
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
    const sha256 = await upload(server, operator, await segment(), PASSED_MB / 2);
    await cancelAll(operator);
    await download(server, operator, sha256);
    clearInterval(watching);
    report({
      name: `memory while ${PASSED_MB / 1024} GB pass through, half by tus (grows by ${(value - baseline).toFixed(1)} MB)`,
      value,
      unit: "MB",
      baseline,
      ratio: value / baseline,
    });
  });
}

/** A recording of so many megabytes, made while it is sent by tus in pieces. @returns its SHA-256 */
async function upload(
  { url }: StartedServer,
  { credentials }: Operator,
  path: string,
  sizeMb: number,
): Promise<string> {
  const tus = tusClient(url, credentials);
  const header = wavHeader(sizeMb * MB, { rate: 48_000, channels: 2, bits: 16 });
  const noise = randomBytes(MB);
  const target = path.replace(/^\/|\/recording$/g, "");
  const created = await tus.create({ target }, sizeMb * MB);
  const location = created.headers.get("location") ?? "";
  for (let sent = 0; sent < sizeMb; sent += PATCH_MB) {
    const piece = function* (): Generator<Buffer> {
      if (sent === 0) yield header;
      if (sent === 0) yield noise.subarray(header.length);
      for (let at = sent === 0 ? 1 : 0; at < PATCH_MB; at += 1) yield noise;
    };
    const answer = await tus.patch(location, sent * MB, Readable.from(piece()), PATCH_MB * MB);
    if (answer.status !== 204) throw new Error(await answer.text());
    if (sent + PATCH_MB === sizeMb) return (answer.headers.get("content-location") ?? "").slice(-64);
  }
  throw new Error("the size is no multiple of the pieces'");
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
