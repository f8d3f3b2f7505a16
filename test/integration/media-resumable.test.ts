import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Upload } from "tus-js-client";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { makeTone } from "../support/county.ts";
import { TUS, type TusClient } from "../support/tus.ts";
import { openUploadHouse, type UploadHouse } from "../support/upload-house.ts";

let fixtures: string;
let tone: string;
let bytes: Buffer;
let sha256: string;
beforeAll(async () => {
  fixtures = await mkdtemp(join(tmpdir(), "ccx-tus-"));
  tone = makeTone(join(fixtures, "tone.wav"), 60);
  bytes = readFileSync(tone);
  sha256 = createHash("sha256").update(bytes).digest("hex");
  return () => rm(fixtures, { recursive: true });
});

let house: UploadHouse;
let target: string;
beforeEach(async () => {
  house = await openUploadHouse();
  target = house.targetOf(1);
});
afterEach(() => house.close());

const send: TusClient["send"] = (...request) => house.tus().send(...request);
const create = (values: Record<string, string>, length: string | number = bytes.length) =>
  house.tus().create({ target, ...values }, length);

async function created(values: Record<string, string> = {}): Promise<string> {
  const answer = await create(values);
  expect(answer.status).toBe(201);
  const location = answer.headers.get("location") ?? "";
  expect(location).toMatch(/^\/api\/v1\/uploads\/[0-9a-f-]{36}$/);
  return location;
}

const patch: TusClient["patch"] = (...part) => house.tus().patch(...part);
const offsetOf = (location: string) => house.tus().offsetOf(location);
const recording = async () => (await house.episodeNow()).segments[0]?.recording;
const parts = () => readdirSync(house.file("uploads"));

/** Sends the beginning of a PATCH and then cuts the connection. */
async function cut(location: string, sentBytes: number): Promise<void> {
  const socket = await house.goSilent(location, bytes.subarray(0, sentBytes), bytes.length);
  socket.destroy();
}

describe("a resumable upload", () => {
  test("goes on where the connection was cut, and is the recording in the end", async () => {
    const location = await created({ sha256 });
    await cut(location, 1_000_000);
    await until(async () => (await offsetOf(location)) === 1_000_000, { what: "the offset" });
    expect(await recording()).toBeNull();
    const last = await patch(location, 1_000_000, bytes.subarray(1_000_000));
    expect(last.status).toBe(204);
    expect(last.headers.get("content-location")).toBe(`/media/${sha256}`);
    expect(await recording()).toMatchObject({ sha256, originalName: "tone.wav" });
    // Whoever lost the last answer learns that nothing is left to be sent.
    expect(await offsetOf(location)).toBe(bytes.length);
    expect(parts().filter((name) => !name.endsWith(".json"))).toEqual([]);
  });

  test("goes on after a restart of the server", async () => {
    const location = await created();
    await cut(location, 2_000_000);
    await house.restart();
    expect(await offsetOf(location)).toBe(2_000_000);
    expect((await patch(location, 2_000_000, bytes.subarray(2_000_000))).status).toBe(204);
    expect(await recording()).toMatchObject({ sha256 });
  });

  test("whose last byte came just before the server ended is taken in at the next start", async () => {
    const location = await created();
    // As a kill leaves it: all bytes are there, and nothing has been made of them.
    await house.restart(() => writeFileSync(house.partOf(location), bytes));
    expect(await recording()).toMatchObject({ sha256 });
    expect(await offsetOf(location)).toBe(bytes.length);
  });

  test("by the usual client works, several at once, and the same bytes are stored once", async () => {
    const upload = () =>
      new Promise<void>((resolve, reject) => {
        new Upload(createReadStream(tone), {
          endpoint: `${house.app.url}/api/v1/uploads`,
          uploadSize: bytes.length,
          chunkSize: 1_000_000,
          headers: house.app.operator.credentials,
          metadata: { filename: "tone.wav", target, sha256 },
          onSuccess: () => resolve(),
          onError: reject,
        }).start();
      });
    await Promise.all([upload(), upload(), upload(), upload()]);
    expect(await recording()).toMatchObject({ sha256 });
    const stored = readdirSync(house.file(), { recursive: true, encoding: "utf8" });
    expect(stored.filter((name) => name.endsWith(sha256))).toHaveLength(1);
  });

  test("does not count twice what two clients send at once", async () => {
    const location = await created();
    const answers = await Promise.all([patch(location, 0, bytes), patch(location, 0, bytes)]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(204);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(await recording()).toMatchObject({ sha256 });
  });
});

describe("a resumable upload is refused, and nothing of it is kept,", () => {
  const problemOf = async (answer: Response) => {
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    return (await answer.json()) as { status: number; detail: string };
  };

  test("before its first byte, with the reason, when it can only fail", async () => {
    const cases: [Promise<Response>, number, RegExp][] = [
      [create({ target: "" }), 422, /`target` is missing/],
      [create({ target: "elsewhere" }), 422, /no place for a recording/],
      [create({ target: `episodes/${house.episode}/segments/9` }), 404, /no segment/],
      [create({ target: `sessions/${house.episode}` }), 404, /no session/],
      [create({ sha256: "ABC" }), 422, /64 hexadecimal digits/],
      [create({}, 0), 422, /empty/],
      [create({}, 9e15), 413, /./],
      [send("POST", "/api/v1/uploads", { "upload-defer-length": "1" }), 501, /./],
    ];
    for (const [answer, status, detail] of cases) {
      const problem = await problemOf(await answer);
      expect([problem.status, problem.detail]).toEqual([status, expect.stringMatching(detail)]);
    }
    expect(parts()).toEqual([]);
  });

  test("when the disk has no room for it beside the others", async () => {
    await house.restart(() => {}, { DISK_RESERVE_MB: "100000000" });
    expect((await problemOf(await create({}))).detail).toMatch(
      /no room for an upload of 5.5 MB: .* must stay free/,
    );
  });

  test("when it is not what was declared, or nothing to be heard", async () => {
    const other = await created({ sha256: "0".repeat(64) });
    expect((await problemOf(await patch(other, 0, bytes))).detail).toMatch(/SHA-256 is/);
    const text = await create({}, 11);
    const answer = await patch(text.headers.get("location") ?? "", 0, Buffer.from("hello world"));
    expect((await problemOf(answer)).detail).toMatch(/not audio or video/);
    expect(parts()).toEqual([]);
    expect((await send("HEAD", other)).status).toBe(404);
  });

  test("to strangers, and by names that are none of ours", async () => {
    const location = await created();
    const nobody = await fetch(house.app.url + location, { method: "HEAD", headers: TUS });
    expect(nobody.status).toBe(401);
    const { "x-csrf-token": _, ...unproven } = house.app.operator.credentials;
    const forged = await fetch(house.app.url + location, {
      method: "DELETE",
      headers: { ...TUS, ...unproven },
    });
    expect(forged.status).toBe(403);
    const info = house.recordOf(location);
    writeFileSync(info, readFileSync(info, "utf8").replace(/"owner":"[^"]+"/, '"owner":"somebody else"'));
    expect((await send("HEAD", location)).status).toBe(404);
    expect((await send("DELETE", location)).status).toBe(404);
    for (const id of ["..%2f..%2fdata%2fcuncunxiang.db", "x", "0".repeat(64)]) {
      expect((await send("HEAD", `/api/v1/uploads/${id}`)).status).toBe(404);
    }
  });

  test("when nothing was added to it for a day", async () => {
    const location = await created();
    await cut(location, 100_000);
    const long = house.clock.now() / 1_000 - 25 * 3_600;
    utimesSync(house.partOf(location), long, long);
    await house.restart();
    expect((await send("HEAD", location)).status).toBe(404);
    expect(parts()).toEqual([]);
  });

  test("when its sender says so", async () => {
    const location = await created();
    expect((await send("DELETE", location)).status).toBe(204);
    expect(parts()).toEqual([]);
  });
});
