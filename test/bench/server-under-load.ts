import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Readable } from "node:stream";
import type { Operator } from "../../scripts/operator-client.ts";
import type { StartedServer } from "../../scripts/processes.ts";
import { delay } from "../../src/clock.ts";
import { wavHeader } from "../../src/media/wav-header.ts";
import type { EpisodeView } from "../support/county.ts";
import { tusClient } from "../support/tus.ts";
import { cancelAll, fillQueue, makeTones, requireFullQueue, withServer } from "./office.ts";
import type { ReportRow } from "./report.ts";

const MB = 1024 * 1024;
const PASSED_MB = 4_096;
const PATCH_MB = 64;
const PLAIN_MB = 512;
const REQUESTS = 1_800;

/**
 * How much the server's memory grows while 4 GB pass through: half up, in a resumable upload and beside it in a plain
 * one, half down; against what it has at rest. The growth itself, which is what has a bound, is a row of its own.
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
    const [sha256, plain] = await Promise.all([
      upload(server, operator, await segment(), PASSED_MB / 2 - PLAIN_MB),
      plainUpload(server, operator, await segment(), PLAIN_MB),
    ]);
    await cancelAll(operator);
    await download(server, operator, sha256);
    await download(server, operator, plain);
    clearInterval(watching);
    const name = `while ${PASSED_MB / 1024} GB pass through, half up by tus and plainly`;
    report({ name: `memory ${name}`, value, unit: "MB", baseline, ratio: value / baseline });
    const grown = value - baseline;
    report({
      name: `growth of the memory ${name}`,
      value: grown,
      unit: "MB",
      baseline,
      ratio: grown / baseline,
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

/** The same in one request, as scripts do. @returns its SHA-256 */
async function plainUpload(
  { url }: StartedServer,
  { credentials }: Operator,
  path: string,
  sizeMb: number,
): Promise<string> {
  const answer = await fetch(`${url}/api/v1${path}?filename=noise.wav`, {
    method: "PUT",
    headers: {
      ...credentials,
      "content-type": "application/octet-stream",
      "content-length": String(sizeMb * MB),
    },
    body: Readable.from(noiseOf(sizeMb)) as unknown as ReadableStream,
    duplex: "half",
  });
  if (!answer.ok) throw new Error(await answer.text());
  const { segments } = (await answer.json()) as EpisodeView;
  return segments[0]?.recording?.sha256 ?? "";
}

/** Noise of so many megabytes, behind the header of such a recording. */
function* noiseOf(sizeMb: number): Generator<Buffer> {
  const header = wavHeader(sizeMb * MB, { rate: 48_000, channels: 2, bits: 16 });
  const noise = randomBytes(MB);
  yield header;
  yield noise.subarray(header.length);
  for (let at = 1; at < sizeMb; at += 1) yield noise;
}

async function download({ url }: StartedServer, { credentials }: Operator, sha256: string): Promise<void> {
  const answer = await fetch(`${url}/media/${sha256}`, { headers: credentials });
  for await (const _ of answer.body ?? []);
}

/** The console's requests while every core transcodes, against the same with nothing else to do. */
export async function apiWhileTranscoding(report: ReportRow): Promise<void> {
  const concurrency = availableParallelism();
  const env = { TRANSCODE_CONCURRENCY: String(concurrency) };
  await withServer(env, async ({ operator, folder, segment }) => {
    for (let episode = 0; episode < 20; episode += 1) await segment();
    const tones = makeTones(folder, concurrency);
    const requests = await consoleRequests(operator);
    await timesOf(requests);
    const idle = await timesOf(requests);
    await fillQueue(operator, tones, segment, concurrency);
    const busy = await timesOf(requests);
    await requireFullQueue(operator, concurrency);
    await cancelAll(operator);
    const row = (name: string, kinds: readonly string[]) => {
      const value = p99(busy, kinds);
      const baseline = p99(idle, kinds);
      report({ name, value, unit: "ms", baseline, ratio: value / baseline });
    };
    const kinds = Object.keys(requests);
    row(`console API, p99 of ${REQUESTS} requests while transcoding`, kinds);
    row(
      "console API, p99 of what only reads while transcoding",
      kinds.filter((kind) => kind !== "write"),
    );
    row("console API, p99 of a saved change while transcoding", ["write"]);
  });
}

type Requests = Record<string, (count: number) => Promise<unknown>>;

/** What a console with a calendar and an open episode asks for. */
async function consoleRequests(operator: Operator): Promise<Requests> {
  const { items } = await operator.get<{ items: { id: string }[] }>("/episodes?limit=1");
  const episode = `/episodes/${items[0]?.id}`;
  return {
    episodes: () => operator.get("/episodes?limit=20"),
    episode: () => operator.get(episode),
    programmes: () => operator.get("/programmes"),
    broadcasts: () => operator.get("/broadcasts?limit=50"),
    jobs: () => operator.get("/jobs"),
    write: (count) => operator.patch(episode, { title: `第${count}稿` }),
  };
}

/** Milliseconds, by kind of request; the kinds take turns. */
async function timesOf(requests: Requests): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  const kinds = Object.entries(requests);
  for (let count = 0; count < REQUESTS; count += 1) {
    const [kind = "", request] = kinds[count % kinds.length] ?? [];
    const beganAt = performance.now();
    await request?.(count);
    times.set(kind, [...(times.get(kind) ?? []), performance.now() - beganAt]);
    await delay(5);
  }
  return times;
}

function p99(times: Map<string, number[]>, kinds: readonly string[]): number {
  const all = kinds.flatMap((kind) => times.get(kind) ?? []).toSorted((one, other) => one - other);
  return all[Math.floor(all.length * 0.99)] ?? Number.NaN;
}
