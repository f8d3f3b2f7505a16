import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/operator-client.ts";
import { letBeSignedUnheard, type RunningApp, runApp } from "../support/app.ts";
import { approvedEpisode, enrolDevice, importRegions, makeTone } from "../support/county.ts";
import { VILLAGE } from "../support/fleet.ts";
import { type RunningNginx, startNginx } from "../support/nginx.ts";

let folder: string;
let app: RunningApp;
let nginx: RunningNginx;
/** A link from the playlist, relative to the server. */
let link: string;
let sha256: string;
let content: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ccx-nginx-test-"));
  const env = { MEDIA_ACCEL_PREFIX: "/protected/", TRUSTED_PROXIES: "127.0.0.1" };
  app = await runApp({ env });
  nginx = await startNginx({ port: Number(new URL(app.url).port), mediaDir: join(app.folder, "media") });
  await importRegions(app.operator);
  const device = await enrolDevice(app.operator, nginx.url, VILLAGE);
  // Larger than what nginx takes by default, and sent through it.
  const operator = await signIn(nginx.url, "admin", app.password);
  await letBeSignedUnheard(operator);
  await approvedEpisode(operator, 1, makeTone(join(folder, "tone.wav"), 30));
  const answer = await fetch(`${nginx.url}/device/v1/playlist`, {
    headers: { authorization: `Bearer ${device.token}`, accept: "application/json" },
  });
  const playlist = (await answer.json()) as { broadcasts: { items: { sha256: string; url: string }[] }[] };
  ({ sha256, url: link } = playlist.broadcasts[0]?.items[0] ?? { sha256: "", url: "" });
  content = readFileSync(join(app.folder, "media", sha256.slice(0, 2), sha256.slice(2, 4), sha256));
});
afterAll(async () => {
  await nginx.close();
  await app.close();
  await rm(folder, { recursive: true });
});

const get = (headers: Record<string, string> = {}, path = link, method = "GET") =>
  fetch(nginx.url + path, { headers, method });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe("media handed over to nginx", () => {
  test("is the whole file with the server's headers, sent by nginx", async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      server: expect.stringMatching(/^nginx/),
      "content-type": "audio/mpeg",
      "content-length": String(content.length),
      "cache-control": expect.stringMatching(/^public, max-age=\d+, immutable$/),
      etag: `"${sha256}"`,
      "repr-digest": expect.stringMatching(/^sha-256=:/),
      "x-content-type-options": "nosniff",
    });
    // A shared cache may keep it for as long as the link holds, and not a second more.
    const leftSeconds = Number(/[?&]expires=(\d+)/.exec(link)?.[1]) - Date.now() / 1_000;
    const keptSeconds = Number(/max-age=(\d+)/.exec(response.headers.get("cache-control") ?? "")?.[1]);
    expect(keptSeconds - leftSeconds).toBeGreaterThanOrEqual(-1);
    expect(keptSeconds - leftSeconds).toBeLessThan(10);
    expect(keptSeconds).toBeLessThan(31_536_000);
    expect(response.headers.get("last-modified")).toBeNull();
    expect(response.headers.get("x-accel-redirect")).toBeNull();
    expect(
      createHash("sha256")
        .update(await bytesOf(response))
        .digest("hex"),
    ).toBe(sha256);
    const head = await get({}, link, "HEAD");
    expect(head.headers.get("content-length")).toBe(String(content.length));
  });

  test("comes in ranges: one, the last bytes, several, and none that is there", async () => {
    const one = await get({ range: "bytes=100-199" });
    expect(one.status).toBe(206);
    expect(one.headers.get("content-range")).toBe(`bytes 100-199/${content.length}`);
    expect((await bytesOf(one)).equals(content.subarray(100, 200))).toBe(true);
    expect((await bytesOf(await get({ range: "bytes=-50" }))).equals(content.subarray(-50))).toBe(true);
    const several = await get({ range: "bytes=0-9,100-109" });
    expect(several.status).toBe(206);
    expect(several.headers.get("content-type")).toMatch(/^multipart\/byteranges/);
    expect((await bytesOf(several)).includes(content.subarray(100, 110))).toBe(true);
    expect((await get({ range: `bytes=${content.length}-` })).status).toBe(416);
  });

  test("knows its own bytes by the tag: If-Range and If-None-Match", async () => {
    const same = await get({ range: "bytes=0-9", "if-range": `"${sha256}"` });
    expect(same.status).toBe(206);
    expect((await bytesOf(same)).length).toBe(10);
    const other = await get({ range: "bytes=0-9", "if-range": '"other"' });
    expect(other.status).toBe(200);
    expect((await bytesOf(other)).length).toBe(content.length);
    expect((await get({ "if-none-match": `"${sha256}"` })).status).toBe(304);
  });

  test("is given only to who may have it, and never by nginx's own path", async () => {
    expect((await get({}, `/media/${sha256}`)).status).toBe(401);
    expect((await get({}, link.replace(/signature=.{4}/, "signature=AAAA"))).status).toBe(401);
    const path = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
    expect((await get({}, `/protected/${path}`)).status).toBe(404);
    expect((await get({ "x-accel-redirect": `/protected/${path}` }, "/api/v1/me")).status).not.toBe(200);
    const signedIn = await get(app.operator.credentials, `/media/${sha256}`);
    expect(signedIn.status).toBe(200);
    expect(signedIn.headers.get("cache-control")).toMatch(/^private/);
  });

  test("is sent by the server itself, and kept by nobody, where it is heard for a review", async () => {
    const heard = await get(app.operator.credentials, `/media/${sha256}?hearing`);
    expect(heard.headers.get("cache-control")).toBe("private, no-store");
    expect((await bytesOf(heard)).equals(content)).toBe(true);
  });
});
