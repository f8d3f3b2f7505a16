import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Upload } from "tus-js-client";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { approve } from "../../scripts/reviewers.ts";
import { until } from "../../scripts/until.ts";
import { DAY_MS, HOUR_MS } from "../../src/clock.ts";
import { uploadsLookedThrough } from "../support/app.ts";
import { makeTone, settled } from "../support/county.ts";
import { openUploadHouse, SEGMENTS, type UploadHouse } from "../support/upload-house.ts";

let fixtures: string;
let newer: string;
let bytes: Buffer;
let sha256: string;
const hashOf = (data: Buffer) => createHash("sha256").update(data).digest("hex");
beforeAll(async () => {
  fixtures = await mkdtemp(join(tmpdir(), "ccx-tus-intake-"));
  bytes = readFileSync(makeTone(join(fixtures, "tone.wav"), 3));
  newer = makeTone(join(fixtures, "newer.wav"), 4);
  sha256 = hashOf(bytes);
  return () => rm(fixtures, { recursive: true });
});

let house: UploadHouse;
beforeEach(async () => {
  house = await openUploadHouse();
});
afterEach(() => house.close());

const tus = () => house.tus();
const file = (...names: string[]) => house.file(...names);
const partOf = (location: string) => house.partOf(location);
const recordings = () => house.recordings();
const restart: UploadHouse["restart"] = (...how) => house.restart(...how);

async function created(position = 1): Promise<string> {
  const answer = await tus().create({ target: house.targetOf(position) }, bytes.length);
  expect(answer.status).toBe(201);
  return answer.headers.get("location") ?? "";
}

async function sent(position = 1): Promise<{ location: string; status: number; detail: string }> {
  const location = await created(position);
  const answer = await tus().patch(location, 0, bytes);
  const { detail = "" } = answer.status === 204 ? {} : ((await answer.json()) as { detail: string });
  return { location, status: answer.status, detail };
}

/** Changes what is written down of an upload, as of a server that ended before it wrote more. */
function rewrite(location: string, changes: Record<string, Record<string, string | undefined>>): void {
  const record = JSON.parse(readFileSync(house.recordOf(location), "utf8")) as Record<string, object>;
  for (const [key, values] of Object.entries(changes)) record[key] = { ...record[key], ...values };
  writeFileSync(house.recordOf(location), JSON.stringify(record));
}

describe("a complete upload that cannot be taken in", () => {
  const unmount = () => renameSync(file(".library"), join(house.home, "marker"));
  const mount = () => renameSync(join(house.home, "marker"), file(".library"));

  test("is not said to be done, is kept, and is taken in when it is asked about later", async () => {
    const location = await created();
    unmount();
    const answer = await tus().patch(location, 0, bytes);
    expect(answer.status).toBe(503);
    expect((await tus().head(location)).status).toBe(503);
    expect(statSync(partOf(location)).size).toBe(bytes.length);
    mount();
    expect(await tus().offsetOf(location)).toBe(bytes.length);
    expect(await recordings()).toEqual([sha256, null]);
    expect(existsSync(partOf(location))).toBe(false);
  });

  test("is no success to the usual client", async () => {
    const location = await created();
    unmount();
    await tus().patch(location, 0, bytes);
    const ended = new Promise((resolve) => {
      new Upload(bytes, {
        uploadUrl: house.app.url + location,
        retryDelays: [0, 0],
        headers: house.app.operator.credentials,
        onSuccess: () => resolve("success"),
        onError: (error) => resolve(error.message),
      }).start();
    });
    expect(await ended).toEqual(expect.stringMatching(/503/));
  });

  test("stays when time passes, for thirty days, and the log says so each hour", async () => {
    const { location } = await sent();
    const aged = (ms: number) => () => {
      rewrite(location, { notes: { asset: undefined } });
      writeFileSync(partOf(location), bytes);
      if (existsSync(file(".library"))) unmount();
      const then = (house.clock.now() - ms) / 1_000;
      utimesSync(partOf(location), then, then);
    };
    const errors = () => house.app.log.entries.filter(({ level }) => level === 50).map(({ msg }) => msg);
    await restart(aged(29 * DAY_MS));
    expect(existsSync(partOf(location))).toBe(true);
    expect(errors()).toEqual(["a complete upload could not be taken in"]);
    await restart(aged(31 * DAY_MS));
    expect(existsSync(partOf(location))).toBe(false);
    expect(errors()).toContain("a complete upload that could never be taken in was removed");
  });

  test("needs no space: it is taken in on a disk that is full", async () => {
    const location = await created();
    await restart(() => writeFileSync(partOf(location), bytes), {
      DISK_WARN_PERCENT: "99",
      DISK_REFUSE_PERCENT: "99",
    });
    expect(await recordings()).toEqual([sha256, null]);
  });

  test("can be given up by its sender", async () => {
    const location = await created();
    unmount();
    await tus().patch(location, 0, bytes);
    expect((await tus().send("DELETE", location)).status).toBe(204);
    expect(readdirSync(file("uploads"))).toEqual([]);
    expect((await tus().send("DELETE", location)).status).toBe(404);
  });
});

describe("a resumable upload and its place", () => {
  test("does not replace a newer recording, nor void its approval; its own is kept in the library", async () => {
    const location = await created();
    await house.app.operator.patch(`/episodes/${house.episode}`, { segments: SEGMENTS.slice(0, 1) });
    await house.app.operator.upload(`/episodes/${house.episode}/segments/1/recording`, newer);
    await settled(house.app.operator, house.episode);
    await approve(house.app.operator, `episodes/${house.episode}`);
    const answer = await tus().patch(location, 0, bytes);
    expect(answer.status).toBe(409);
    const problem = (await answer.json()) as { detail: string; hint: string };
    expect(problem.detail).toMatch(/Another recording was put there/);
    expect(problem.hint).toContain(sha256);
    expect(await recordings()).toEqual([hashOf(readFileSync(newer))]);
    expect((await house.episodeNow()).approved).toBe(true);
    // Not 404 or 409, after which the usual client sends all of it again, to where it would now be taken.
    expect((await tus().head(location)).status).toBe(423);
    await restart();
    expect((await tus().head(location)).status).toBe(423);
    expect((await house.episodeNow()).approved).toBe(true);
    await house.app.operator.put(`/episodes/${house.episode}/segments/1/asset`, { sha256 });
    expect(await recordings()).toEqual([sha256]);
  });

  test("is taken for the same place when its position changed meanwhile", async () => {
    const location = await created(2);
    await house.app.operator.patch(`/episodes/${house.episode}`, { segments: SEGMENTS.slice(1) });
    expect((await tus().patch(location, 0, bytes)).status).toBe(204);
    expect(await recordings()).toEqual([sha256]);
  });

  test("is refused, and kept in the library, when the segment is gone and another has its position", async () => {
    const location = await created(1);
    await house.app.operator.patch(`/episodes/${house.episode}`, { segments: SEGMENTS.slice(1) });
    const answer = await tus().patch(location, 0, bytes);
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
      409,
      expect.stringMatching(/"党建聚焦" was removed/),
    ]);
    expect(await recordings()).toEqual([null]);
    await house.app.operator.put(`/episodes/${house.episode}/segments/1/asset`, { sha256 });
    expect(await recordings()).toEqual([sha256]);
  });
});

describe("a check that takes long", () => {
  /** An ffprobe that waits until the file `open` is there, but says its version at once. */
  function gatedProbe(): { path: string; open: () => void } {
    const folder = join(house.home, "gate");
    mkdirSync(folder, { mode: 0o755 });
    chmodSync(house.home, 0o755);
    const path = join(folder, "ffprobe");
    const script = `#!/bin/sh\nwhile [ "$1" != -version ] && [ ! -e ${folder}/open ]; do sleep 0.05; done\nexec /usr/bin/ffprobe "$@"\n`;
    writeFileSync(path, script, { mode: 0o755 });
    return { path, open: () => writeFileSync(join(folder, "open"), "") };
  }

  test("of a complete part holds up no start of the server", async () => {
    const location = await created();
    const probe = gatedProbe();
    const meanwhile = () => writeFileSync(partOf(location), bytes);
    await restart(meanwhile, { FFPROBE_PATH: probe.path }, "none");
    expect(await recordings()).toEqual([null, null]);
    probe.open();
    await uploadsLookedThrough(house.app);
    expect(await recordings()).toEqual([sha256, null]);
  });

  test("is waited for on a connection on which nothing moves", async () => {
    const probe = gatedProbe();
    await restart(() => {}, { FFPROBE_PATH: probe.path }, "none");
    const location = await created();
    house.app.limitSilence(800);
    const last = tus().patch(location, 0, bytes);
    await until(() => statSync(partOf(location)).size === bytes.length);
    const asked = tus().head(location);
    const plain = house.app.operator.upload(`/episodes/${house.episode}/segments/2/recording`, newer);
    const beganAt = performance.now();
    await until(() => performance.now() - beganAt > 2_000);
    probe.open();
    expect((await last).status).toBe(204);
    expect((await asked).headers.get("upload-offset")).toBe(String(bytes.length));
    await plain;
    expect(await recordings()).toEqual([sha256, hashOf(readFileSync(newer))]);
  });
});

describe("space", () => {
  const HALF = 600 * 1024 ** 2;
  const segment = () => house.targetOf(1);
  const reserve = async (length = HALF) => {
    const answer = await tus().create({ target: segment() }, length);
    const { detail = "" } = answer.status === 507 ? ((await answer.json()) as { detail: string }) : {};
    return { status: answer.status, detail, location: answer.headers.get("location") ?? "" };
  };
  /** Answered on the headers, or on the first bytes. */
  const put = (headers: Record<string, string | number>, body: Buffer) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const url = `${house.app.url}/api/v1/${segment()}/recording`;
      const sending = request(url, {
        method: "PUT",
        headers: { ...house.app.operator.credentials, ...headers },
      });
      sending.on("response", (answer) => {
        answer
          .toArray()
          .then((chunks) =>
            resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          )
          .catch(reject)
          .finally(() => sending.destroy());
      });
      // The server hangs up on a body that it does not want.
      sending.on("error", () => {});
      sending.write(body);
    });

  test("is promised once, to whichever upload asks first, and over a restart", async () => {
    await restart(() => {}, { MEDIA_QUOTA_GB: "1" });
    const both = await Promise.all([reserve(), reserve()]);
    expect(both.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(both.find(({ status }) => status === 507)?.detail).toMatch(
      /upload of 600 MB beside 600 MB on the way/,
    );
    const plain = await put({ "content-length": HALF }, Buffer.alloc(1_000));
    expect(plain).toMatchObject({ status: 507, text: expect.stringMatching(/beside 600 MB on the way/) });
    await restart(() => {}, { MEDIA_QUOTA_GB: "1" });
    expect((await reserve()).status).toBe(507);
    const { location } = both.find(({ status }) => status === 201) ?? {};
    expect((await tus().send("DELETE", location ?? "")).status).toBe(204);
    expect((await reserve()).status).toBe(201);
  });

  test("of what has arrived, and is not in the library yet, counts too; what failed counts no more", async () => {
    await restart(() => {}, { MEDIA_QUOTA_GB: "1" });
    const { location } = await reserve();
    expect((await tus().patch(location, 0, bytes)).status).toBe(204);
    expect((await reserve()).status).toBe(507);
    expect((await tus().send("DELETE", location)).status).toBe(204);
    const { location: text } = await reserve(11);
    expect((await tus().patch(text, 0, Buffer.from("hello world"))).status).toBe(422);
    expect((await reserve(1024 ** 3)).status).toBe(201);
  });

  test("is not what is wrong with a file that is too large anyway", async () => {
    await restart(() => {}, { MEDIA_QUOTA_GB: "1", MAX_UPLOAD_MB: "700" });
    expect((await put({ "content-length": 2 * HALF }, Buffer.alloc(1_000))).status).toBe(413);
  });

  test("is asked for as it comes by a body that does not say its length", async () => {
    await restart(() => {}, { MEDIA_QUOTA_GB: "1" });
    expect((await reserve(1024 ** 3 - 8 * 1024 ** 2)).status).toBe(201);
    const answer = await put({ "transfer-encoding": "chunked" }, Buffer.alloc(1024 ** 2));
    expect(answer).toMatchObject({
      status: 507,
      text: expect.stringMatching(/no room for an upload of 16 MB/),
    });
    expect(readdirSync(file("tmp"))).toEqual([]);
  });
});

describe("a server that was killed", () => {
  const storedAs = () => file(sha256.slice(0, 2), sha256.slice(2, 4), sha256);

  test("after the recording was in its place knows so, and changes nothing", async () => {
    const { location } = await sent();
    await restart(() => rewrite(location, { notes: { asset: undefined } }));
    expect(await tus().offsetOf(location)).toBe(bytes.length);
    expect(await recordings()).toEqual([sha256, null]);
    expect(existsSync(partOf(location))).toBe(false);
    expect(existsSync(storedAs())).toBe(true);
    // The client that lost the answer may also send the empty rest.
    const again = await tus().patch(location, bytes.length, Buffer.alloc(0));
    expect([again.status, again.headers.get("content-location")]).toEqual([204, `/media/${sha256}`]);
  });

  test.each([
    ["digest", "notes"],
    ["sha256", "metadata"],
  ])("after the move and before the rows finds the bytes by their %s", async (key, place) => {
    const location = await created();
    await restart(() => {
      rewrite(location, { [place]: { [key]: sha256 } });
      mkdirSync(dirname(storedAs()), { recursive: true });
      renameSync(partOf(location), storedAs());
      writeFileSync(storedAs(), bytes);
    });
    expect(await recordings()).toEqual([sha256, null]);
    expect(await tus().offsetOf(location)).toBe(bytes.length);
    expect(existsSync(partOf(location))).toBe(false);
  });

  test("while it wrote things down leaves nothing that stays for ever", async () => {
    const torn = file("uploads", "01890000-0000-7000-8000-000000000000");
    await restart(() => {
      writeFileSync(torn, "");
      writeFileSync(`${torn}.json.new`, "{");
      const then = (house.clock.now() - 25 * HOUR_MS) / 1_000;
      for (const name of [torn, `${torn}.json.new`]) utimesSync(name, then, then);
    });
    expect(readdirSync(file("uploads"))).toEqual([]);
  });
});
