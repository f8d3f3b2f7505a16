import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Operator, signIn } from "../../scripts/operator-client.ts";
import { type StartedServer, startServer } from "../../scripts/processes.ts";
import { delay } from "../../src/clock.ts";
import { openDatabaseReadOnly } from "../../src/db/open.ts";
import { type EpisodeView, programmeId } from "../support/county.ts";
import { until } from "../support/until.ts";

const KILLS = 50;
const SEED = 41;
const ENV = { RATE_LIMIT_PER_MINUTE: "100000" };

let folder: string;
let server: StartedServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-kills-"));
});
afterAll(async () => {
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

/** Uploads until the server is gone; what it acknowledged is noted. */
async function uploadUntilKilled(operator: Operator, acknowledged: Map<string, string>): Promise<void> {
  const programme = await programmeId(operator, "broadcast");
  for (;;) {
    const { path, sha256 } = newTone();
    const { id } = await operator.post<EpisodeView>("/episodes", {
      programmeId: programme,
      number: made,
      title: `第${made}期`,
      segments: [{ name: "党建聚焦", title: "要闻" }],
    });
    await operator.upload(`/episodes/${id}/segments/1/recording`, path);
    acknowledged.set(id, sha256);
  }
}

test(`${KILLS} kills at random moments lose no upload, tear no file, and the queue drains`, async () => {
  const moment = moments(SEED);
  const acknowledged = new Map<string, string>();
  server = await startServer(folder, ENV);
  const password = await server.password;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const uploading = signIn(server.url, "admin", password)
      .then((operator) => uploadUntilKilled(operator, acknowledged))
      .catch(() => undefined);
    await delay(200 + moment() * 1_400);
    await server.end("SIGKILL");
    await uploading;
    server = await startServer(folder, ENV);
  }
  expect(acknowledged.size).toBeGreaterThan(10);

  const operator = await signIn(server.url, "admin", password);
  const openJobs = async () => {
    const states = await Promise.all(
      ["queued", "running"].map((state) =>
        operator.get<{ items: unknown[] }>(`/jobs?state=${state}&limit=1`),
      ),
    );
    return states.reduce((sum, { items }) => sum + items.length, 0);
  };
  await until(async () => (await openJobs()) === 0, { what: "the queue to drain", timeoutMs: 180_000 });

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
  const rows = db.prepare("SELECT sha256 FROM assets UNION SELECT sha256 FROM renditions").pluck().all();
  db.close();
  const names = new Set(named.map(({ name }) => name));
  expect(rows.filter((sha256) => !names.has(String(sha256)))).toEqual([]);
  const left = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
  expect(left.filter((line) => line.startsWith("ffmpeg") && line.includes(folder))).toEqual([]);
}, 420_000);
