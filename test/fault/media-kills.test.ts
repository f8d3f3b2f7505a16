import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Upload } from "tus-js-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { until } from "../../scripts/until.ts";
import { delay } from "../../src/clock.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";
import { type EpisodeView, programmeId } from "../support/county.ts";
import { freePort } from "../support/free-port.ts";
import { type TusClient, tusClient } from "../support/tus.ts";
import { noise } from "../support/wav.ts";

const KILLS = Number(process.env["MEDIA_KILLS"] ?? 12);
const SEED = 41;
const ENV = { RATE_LIMIT_PER_MINUTE: "100000" };

let folder: string;
let server: StartedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-kills-"));
});
afterEach(async () => {
  await server.end();
  await rm(folder, { recursive: true });
});

/** Moments that are the same each time (a linear congruential generator). */
function moments(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

let made = 0;
/** A second of sound that no other recording has. */
function newTone(): { path: string; sha256: string } {
  made += 1;
  const path = join(folder, `tone-${made}.wav`);
  const source = `sine=frequency=${300 + made}:sample_rate=16000:duration=1`;
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, path]);
  return { path, sha256: createHash("sha256").update(readFileSync(path)).digest("hex") };
}

interface Resumable {
  episode: string;
  location: string;
  bytes: Buffer;
  sha256: string;
  /** Up to where the server has said that it has it. */
  offset: number;
}

const RECORDING_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = RECORDING_BYTES / 2;
/** Of recordings, by episode, that the server has said to have. */
const acknowledged = new Map<string, string>();
/** Resumable uploads that are not over. */
const unfinished = new Set<Resumable>();
/** What the server had acknowledged and does not know any more. */
const lost: string[] = [];

/** Uploads in turn plainly and resumably until the server is gone; first goes on with what an earlier end cut off. */
async function uploadUntilKilled(operator: Operator, tus: TusClient): Promise<void> {
  const programme = await programmeId(operator, "broadcast");
  for (const upload of unfinished) await finish(tus, upload);
  for (;;) {
    const { path, sha256 } = newTone();
    const { id } = await operator.post<EpisodeView>("/episodes", {
      programmeId: programme,
      number: made,
      title: `第${made}期`,
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    if (made % 2 === 0) {
      const upload = { episode: id, location: "", offset: 0, ...noise(RECORDING_BYTES) };
      const answer = await tus.create({ target: `episodes/${id}/segments/1` }, RECORDING_BYTES);
      upload.location = answer.headers.get("location") ?? "";
      unfinished.add(upload);
      await finish(tus, upload);
    } else {
      await operator.upload(`/episodes/${id}/segments/1/recording`, path);
      acknowledged.set(id, sha256);
    }
  }
}

/** Goes on where the server says, as any client does. */
async function finish(tus: TusClient, upload: Resumable): Promise<void> {
  const answer = await tus.head(upload.location);
  const from = Number(answer.headers.get("upload-offset"));
  if (!answer.ok || from < upload.offset)
    lost.push(`${answer.status}: ${upload.location} has ${from} of ${upload.offset} bytes`);
  upload.offset = from;
  while (answer.ok && upload.offset < RECORDING_BYTES) {
    const chunk = upload.bytes.subarray(upload.offset, upload.offset + CHUNK_BYTES);
    const { status } = await tus.patch(upload.location, upload.offset, chunk);
    if (status !== 204) throw new Error(`PATCH was answered ${status}`);
    upload.offset += chunk.length;
  }
  acknowledged.set(upload.episode, upload.sha256);
  unfinished.delete(upload);
}

const partSize = ({ location }: Resumable) =>
  statSync(join(folder, "media/uploads", location.slice(-36)), { throwIfNoEntry: false })?.size ?? null;

/** Points in the life of a resumable upload: while it is sent, while it is checked, and while its rows are written. */
const POINTS: ((size: number | null) => boolean)[] = [
  (size) => size !== null && size > 0 && size < RECORDING_BYTES,
  (size) => size === RECORDING_BYTES,
  (size) => size === null,
];
const met = POINTS.map(() => 0);

/** Waits until an upload is at that point, which on a slow machine may take long. */
async function untilPoint(index: number): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    if ([...unfinished].some((upload) => POINTS[index]?.(partSize(upload)))) {
      met[index] = (met[index] ?? 0) + 1;
      return;
    }
    await setImmediate();
  }
}

async function drained(operator: Operator): Promise<void> {
  const openJobs = async () => {
    const states = await Promise.all(
      ["queued", "running"].map((state) =>
        operator.get<{ items: unknown[] }>(`/jobs?state=${state}&limit=1`),
      ),
    );
    return states.reduce((sum, { items }) => sum + items.length, 0);
  };
  await until(async () => (await openJobs()) === 0, { what: "the queue to drain", timeoutMs: 400_000 });
}

/** A job that met ten kills is taken for their cause, as happens on a slow machine; a person tries it again. */
async function retryInterrupted(operator: Operator): Promise<void> {
  for (const id of acknowledged.keys()) {
    const renditions = async () =>
      (await operator.get<EpisodeView>(`/episodes/${id}`)).segments[0]?.recording?.renditions ?? [];
    for (const { id: rendition } of await renditions()) {
      const now = (await renditions()).find((each) => each.id === rendition);
      if (now?.state === "failed" && now.error?.startsWith("The server ended"))
        await operator.post(`/renditions/${rendition}/retry`);
    }
  }
}

test(
  `${KILLS} kills at random moments lose no upload, tear no file, and the queue drains`,
  async () => {
    const moment = moments(SEED);
    server = await startServer(folder, ENV);
    const password = await server.password;
    for (let kill = 0; kill < KILLS; kill += 1) {
      // From when it can upload on: a slow machine takes longer to start than most of these moments last.
      const office = await signIn(server.url, "admin", password);
      const uploading = uploadUntilKilled(office, tusClient(server.url, office.credentials)).catch(
        () => undefined,
      );
      const before = acknowledged.size;
      await delay(100 + moment() * 1_200);
      // On a slow machine few uploads would be through by then, and little could be lost.
      if (kill % 2 === 0)
        await until(() => acknowledged.size > before, { what: "an upload through", timeoutMs: 60_000 });
      if (kill % 2 === 1) await untilPoint(Math.floor(kill / 2) % POINTS.length);
      await server.end("SIGKILL");
      await uploading;
      server = await startServer(folder, ENV);
    }
    // One every second kill at least.
    expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS / 2);
    expect(Math.min(...met)).toBeGreaterThan(0);

    const operator = await signIn(server.url, "admin", password);
    for (const upload of unfinished) await finish(tusClient(server.url, operator.credentials), upload);
    expect(lost).toEqual([]);
    await drained(operator);
    await retryInterrupted(operator);
    await drained(operator);

    for (const [id, sha256] of acknowledged) {
      const { segments } = await operator.get<EpisodeView>(`/episodes/${id}`);
      expect(segments[0]?.recording).toMatchObject({ sha256, listening: expect.any(Object) });
      expect(segments[0]?.recording?.renditions.map(({ state }) => state)).not.toContain("queued");
      expect(segments[0]?.recording?.renditions.filter(({ state }) => state !== "ready")).toEqual([]);
    }
    await server.end("SIGTERM");

    const media = join(folder, "media");
    const files = readdirSync(media, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const named = files.filter(({ name }) => /^[0-9a-f]{64}$/.test(name));
    for (const { name, parentPath } of named) {
      expect(
        createHash("sha256")
          .update(readFileSync(join(parentPath, name)))
          .digest("hex"),
      ).toBe(name);
    }
    expect(readdirSync(join(media, "tmp"))).toEqual([]);
    const db = openDatabaseReadOnly(join(folder, "data/cuncunxiang.db"));
    const rows = db
      .prepare("SELECT sha256 FROM assets UNION SELECT sha256 FROM renditions WHERE state = 'ready'")
      .pluck()
      .all();
    db.close();
    expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
    const names = new Set(named.map(({ name }) => name));
    expect(rows.filter((sha256) => !names.has(String(sha256)))).toEqual([]);
    const left = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
    expect(left.filter((line) => line.startsWith("ffmpeg") && line.includes(folder))).toEqual([]);
  },
  300_000 + KILLS * 60_000,
);

test("the usual client goes on by itself after each kill, and its recording is there once", async () => {
  const env = { ...ENV, PORT: String(await freePort()) };
  server = await startServer(folder, env);
  const operator = await signIn(server.url, "admin", await server.password);
  const { id } = await operator.post<EpisodeView>("/episodes", {
    programmeId: await programmeId(operator, "broadcast"),
    number: 1,
    title: "第1期",
    segments: [{ name: "党建聚焦", title: "要闻" }],
  });
  const { bytes, sha256 } = noise(48 * 1024 * 1024);
  let sentBytes = 0;
  let created = 0;
  const ended = new Promise<void>((resolve, reject) => {
    new Upload(bytes, {
      endpoint: `${server.url}/api/v1/uploads`,
      chunkSize: 8 * 1024 * 1024,
      retryDelays: Array.from({ length: 100 }, () => 100),
      headers: operator.credentials,
      metadata: { filename: "noise.wav", target: `episodes/${id}/segments/1`, sha256 },
      onAfterResponse: (request) => void (created += request.getMethod() === "POST" ? 1 : 0),
      onChunkComplete: (_chunk, accepted) => (sentBytes = accepted),
      onSuccess: () => resolve(),
      onError: reject,
    }).start();
  });
  for (const after of [8, 24, 40, 48]) {
    await until(() => sentBytes >= (after - 8) * 1024 * 1024, { what: `${after} MB`, timeoutMs: 20_000 });
    await server.end("SIGKILL");
    server = await startServer(folder, env);
  }
  await ended;
  // Only a kill during the creation may make it begin anew.
  expect(created).toBeLessThanOrEqual(1);
  const { segments } = await operator.get<EpisodeView>(`/episodes/${id}`);
  expect(segments[0]?.recording).toMatchObject({ sha256 });
  const files = readdirSync(join(folder, "media"), { recursive: true, encoding: "utf8" });
  expect(files.filter((name) => name.endsWith(sha256))).toHaveLength(1);
});
