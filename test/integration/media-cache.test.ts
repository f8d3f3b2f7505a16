import { createHash } from "node:crypto";
import { cpSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningApp, runApp } from "../support/app.ts";
import { approvedEpisode, enrolDevice, importRegions, makeTone } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { freePort } from "../support/free-port.ts";
import { type RunningNginx, startBucket, startCache } from "../support/nginx.ts";

interface Item {
  sha256: string;
  url: string;
  bytes: number;
}

/** As the sample has it. */
const PIECE_BYTES = 256 * 1024;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-cache-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the playlist of a device names first, from a server whose links point at `base`. */
async function itemOf(app: RunningApp, seconds: number): Promise<Item & { token: string }> {
  await importRegions(app.operator);
  const { token } = await enrolDevice(app.operator, app.url, VILLAGE);
  await approvedEpisode(app.operator, 1, makeTone(join(folder, "tone.wav"), seconds));
  const answer = await fetch(`${app.url}/device/v1/playlist`, {
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
  });
  const { broadcasts } = (await answer.json()) as { broadcasts: { items: Item[] }[] };
  const [item] = broadcasts[0]?.items ?? [];
  if (!item) throw new Error("the playlist names nothing");
  return { ...item, token };
}

const sha256Of = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

describe("a cache between the devices and the server", () => {
  let app: RunningApp;
  let cache: RunningNginx;
  let item: Item & { token: string };
  let isStopped = false;

  beforeAll(async () => {
    const port = await freePort();
    cache = await startCache(port);
    app = await runApp({ env: { MEDIA_BASE_URL: cache.url }, port });
    item = await itemOf(app, 45);
  });
  afterAll(async () => {
    if (!isStopped) await app.close();
    await cache.close();
  });

  test("lets nobody in but by a link of their own, whatever is in it", async () => {
    expect(item.url).toMatch(new RegExp(`^${cache.url}/media/${item.sha256}\\?expires=\\d+&signature=`));
    const bare = item.url.split("?")[0] ?? "";
    const statusOf = async (url: string, headers: Record<string, string> = {}) =>
      (await fetch(url, { headers })).status;
    const token = { authorization: `Bearer ${item.token}` };
    expect(await statusOf(`${app.url}/media/${item.sha256}`, token)).toBe(200);
    for (let time = 0; time < 2; time += 1) {
      expect(await statusOf(item.url)).toBe(200);
      expect(await statusOf(bare)).toBe(401);
      expect(await statusOf(bare, token)).toBe(401);
      expect(await statusOf(bare, app.operator.credentials)).toBe(401);
      expect(await statusOf(item.url.replace(/signature=.{4}/, "signature=AAAA"))).toBe(401);
      expect(await statusOf(item.url.replace(/expires=\d/, "expires=9"))).toBe(401);
    }
    expect(await statusOf(`${cache.url}/api/v1/me`)).toBe(404);
  });

  test("has for all others what one has fetched, in ranges too, while the server is away", async () => {
    const first = await fetch(item.url);
    expect(first.status).toBe(200);
    expect(first.headers.get("etag")).toBe(`"${item.sha256}"`);
    expect(first.headers.get("cache-control")).toMatch(/^public, max-age=\d+, immutable$/);
    const whole = await bytesOf(first);
    expect([whole.length, sha256Of(whole)]).toEqual([item.bytes, item.sha256]);
    expect(whole.length).toBeGreaterThan(PIECE_BYTES);

    await app.close();
    isStopped = true;
    await expect(fetch(app.url)).rejects.toThrow(/fetch failed/);
    const again = await fetch(item.url);
    expect(again.headers.get("x-cache-status")).toBe("HIT");
    expect(sha256Of(await bytesOf(again))).toBe(item.sha256);
    for (const [range, from, to] of [
      ["bytes=0-99", 0, 100],
      ["bytes=-100", whole.length - 100, whole.length],
      // Over the border between two pieces.
      [`bytes=${PIECE_BYTES - 5}-${PIECE_BYTES + 4}`, PIECE_BYTES - 5, PIECE_BYTES + 5],
    ] as const) {
      const part = await fetch(item.url, { headers: { range, "if-range": `"${item.sha256}"` } });
      expect(part.status).toBe(206);
      expect((await bytesOf(part)).equals(whole.subarray(from, to))).toBe(true);
    }
  });
});

test("a bucket that holds a copy of the library is enough, by the links that point into it", async () => {
  const copy = join(folder, "bucket");
  const bucket = await startBucket(copy);
  const app = await runApp({ env: { MEDIA_BASE_URL: bucket.url, MEDIA_BASE_LAYOUT: "bucket" } });
  try {
    const { url, sha256, bytes } = await itemOf(app, 3);
    const [one, two] = [sha256.slice(0, 2), sha256.slice(2, 4)];
    expect(url).toBe(`${bucket.url}/${one}/${two}/${sha256}`);
    expect((await fetch(url)).status).toBe(404);
    const left = /\/media\/(tmp|uploads|trash|lock\.db.*)$/;
    cpSync(join(app.folder, "media"), copy, { recursive: true, filter: (path) => !left.test(path) });
    const got = await bytesOf(await fetch(url));
    expect([got.length, sha256Of(got)]).toEqual([bytes, sha256]);
    const rest = await fetch(url, { headers: { range: `bytes=${bytes - 10}-` } });
    expect(rest.status).toBe(206);
    expect((await bytesOf(rest)).equals(got.subarray(-10))).toBe(true);
  } finally {
    await app.close();
    await bucket.close();
  }
});
