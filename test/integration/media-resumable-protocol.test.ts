import { createHash } from "node:crypto";
import { readFileSync, statSync, utimesSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/clock.ts";
import { makeTone } from "../support/county.ts";
import { metadata } from "../support/tus.ts";
import { openUploadHouse, type UploadHouse } from "../support/upload-house.ts";

const hashOf = (data: Buffer) => createHash("sha256").update(data).digest("hex");
let bytes: Buffer;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "ccx-tus-protocol-"));
  bytes = readFileSync(makeTone(join(folder, "tone.wav"), 6));
  await rm(folder, { recursive: true });
});

let house: UploadHouse;
beforeEach(async () => {
  house = await openUploadHouse();
});
afterEach(() => house.close());

async function created(): Promise<string> {
  const answer = await house.tus().create({ target: house.targetOf(1) }, bytes.length);
  expect(answer.status).toBe(201);
  return answer.headers.get("location") ?? "";
}

const begin = (given: string) =>
  house.tus().send("POST", "/api/v1/uploads", {
    "upload-length": String(bytes.length),
    "upload-metadata": given,
  });

describe("a sender that went silent with its connection open", () => {
  test("is waited for without work, and the upload goes on from what it had sent", async () => {
    const location = await created();
    const silent = await house.goSilent(location, bytes.subarray(0, 100_000), bytes.length);
    const [beganAt, before] = [performance.now(), process.cpuUsage()];
    expect(await house.tus().offsetOf(location)).toBe(100_000);
    const waitedMs = performance.now() - beganAt;
    const { user, system } = process.cpuUsage(before);
    const busyMs = (user + system) / 1_000;
    // The library gives the sender three seconds to end by itself.
    expect(waitedMs).toBeLessThan(10_000);
    expect(busyMs).toBeLessThan(waitedMs / 3);
    const last = await house.tus().patch(location, 100_000, bytes.subarray(100_000));
    expect(last.status).toBe(204);
    silent.destroy();
  });
});

describe("Upload-Metadata", () => {
  test("comes back as the client gave it, with nothing of the server's, and means nothing more than it should", async () => {
    // A name in GBK, as an old Windows sends it, is no UTF-8 and would not survive being decoded.
    const gbk = Buffer.from([0xb5, 0xb3, 0xbd, 0xa8, 0x2e, 0x77, 0x61, 0x76]).toString("base64");
    const claims = { owner: "somebody", asset: "0".repeat(64), refusal: "no", digest: "1".repeat(64) };
    const given = `10 Mg==,filename ${gbk},flag,2 MQ==,${metadata({ target: house.targetOf(1), ...claims })}`;
    const location = (await begin(given)).headers.get("location") ?? "";
    const givenBack = async () => (await house.tus().head(location)).headers.get("upload-metadata");
    expect(await givenBack()).toBe(given);
    expect(await house.tus().offsetOf(location)).toBe(0);
    await house.restart();
    expect(await givenBack()).toBe(given);
    expect((await house.tus().patch(location, 0, bytes)).status).toBe(204);
    expect(await givenBack()).toBe(given);
    expect(await house.recordings()).toEqual([hashOf(bytes), null]);
  });

  test("may hold a path as a name, which is the recording's without its folders", async () => {
    const given = metadata({ target: house.targetOf(1), filename: "C:\\录音\\要闻.wav" });
    const location = (await begin(given)).headers.get("location") ?? "";
    expect((await house.tus().patch(location, 0, bytes)).status).toBe(204);
    expect((await house.tus().head(location)).headers.get("upload-metadata")).toBe(given);
    const { segments } = await house.episodeNow();
    expect(segments[0]?.recording).toMatchObject({ originalName: "要闻.wav" });
  });

  test("with a name that deceives is refused before a byte is sent, as it is when the file comes in one request", async () => {
    const filename = "要闻\u202Evaw.exe";
    const refusal = { type: "urn:ccx:problem:invalid", hint: expect.stringMatching(/^Rename the file/) };
    const answer = await begin(metadata({ target: house.targetOf(1), filename }));
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ ...refusal, errors: [{ at: "Upload-Metadata" }] });

    const path = `/api/v1/${house.targetOf(1)}/recording?filename=${encodeURIComponent(filename)}`;
    const headers = { ...house.app.operator.credentials, "content-type": "application/octet-stream" };
    const whole = await fetch(new URL(path, house.app.url), {
      method: "PUT",
      headers,
      body: new Uint8Array(bytes),
    });
    expect(whole.status).toBe(422);
    expect(await whole.json()).toMatchObject({ ...refusal, errors: [{ at: "/querystring/filename" }] });
    expect(await house.recordings()).toEqual([null, null]);
  });
});

test("a request that the protocol refuses is told as a problem whose title is that of its status", async () => {
  const noted = {
    type: "urn:ccx:problem:invalid",
    status: 400,
    title: "Bad Request",
    detail: "Invalid upload-length",
  };
  for (const length of [-1, "abc"]) {
    const answer = await house.tus().create({ target: house.targetOf(1) }, length);
    expect(answer.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject(noted);
  }
});

describe("OPTIONS", () => {
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(house.app.url + path, { method: "OPTIONS", headers });

  test("says what can be done, to whoever is signed in, without a CSRF token", async () => {
    const { "x-csrf-token": _, ...signedIn } = house.app.operator.credentials;
    for (const path of ["/api/v1/uploads", await created()]) {
      // The protocol says that the version of the client is not looked at.
      for (const version of [{}, { "tus-resumable": "0.2.2" }]) {
        const answer = await ask(path, { ...signedIn, ...version });
        expect(answer.status).toBe(204);
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          "tus-version": "1.0.0",
          "tus-resumable": "1.0.0",
          "tus-extension": "creation,creation-with-upload,termination,expiration",
          "tus-max-size": expect.stringMatching(/^[1-9][0-9]+$/),
        });
        expect(await answer.text()).toBe("");
      }
    }
  });

  test("opens nothing to another origin: a preflight brings no cookie, and is answered without any permission", async () => {
    const preflight = { origin: "https://elsewhere.example", "access-control-request-method": "PATCH" };
    const stranger = await ask("/api/v1/uploads", preflight);
    expect(stranger.status).toBe(401);
    const signedIn = await ask("/api/v1/uploads", { ...house.app.operator.credentials, ...preflight });
    expect(signedIn.status).toBe(204);
    for (const { headers } of [stranger, signedIn]) {
      expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
  });

  test("is in the API's description, with its headers", async () => {
    const { paths } = (await (await fetch(`${house.app.url}/api/docs/json`)).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { headers?: object }> }>>;
    };
    for (const path of ["/api/v1/uploads", "/api/v1/uploads/{id}"]) {
      expect(Object.keys(paths[path]?.["options"]?.responses["204"]?.headers ?? {})).toEqual(
        expect.arrayContaining(["Tus-Version", "Tus-Resumable", "Tus-Extension", "Tus-Max-Size"]),
      );
    }
  });
});

describe("a recording for no place yet", () => {
  test("lies in the library, is named by every answer after the last byte, and can be looked at", async () => {
    const answer = await house.tus().create({ target: "recordings/announcement" }, bytes.length);
    const location = answer.headers.get("location") ?? "";
    expect((await house.tus().head(location)).headers.get("content-location")).toBeNull();
    const last = await house.tus().patch(location, 0, bytes);
    const named = `/media/${hashOf(bytes)}`;
    expect([last.status, last.headers.get("content-location")]).toEqual([204, named]);
    // The answer may have been lost.
    expect((await house.tus().head(location)).headers.get("content-location")).toBe(named);
    expect(await house.recordings()).toEqual([null, null]);
    expect(await house.app.operator.get(`/recordings/${hashOf(bytes)}`)).toMatchObject({
      sha256: hashOf(bytes),
      durationMs: 6_000,
      originalName: "tone.wav",
      renditions: [],
    });
  });

  test("is refused under another name than a plain word, and where there is none", async () => {
    for (const target of ["recordings/", "recordings/../x", "recordings/Voice"])
      expect((await house.tus().create({ target }, 10)).status).toBe(422);
    await expect(house.app.operator.get(`/recordings/${"0".repeat(64)}`)).rejects.toMatchObject({
      status: 404,
    });
  });
});

describe("Upload-Expires", () => {
  const expiryOf = ({ headers }: Response) => headers.get("upload-expires");
  /** A whole second, as dates in HTTP are, so that the header can be compared with it. */
  const age = (location: string, agoMs: number): number => {
    const then = Math.floor((Date.now() - agoMs) / 1_000);
    utimesSync(house.partOf(location), then, then);
    return then * 1_000;
  };
  const httpDate = (ms: number) => new Date(ms).toUTCString();

  test("is told of what is unfinished by every answer, moves with what comes, and is gone with the last byte", async () => {
    const answer = await begin(metadata({ target: house.targetOf(1) }));
    const location = answer.headers.get("location") ?? "";
    const touchedAt = () => statSync(house.partOf(location)).mtimeMs;
    expect(expiryOf(answer)).toBe(httpDate(touchedAt() + DAY_MS));
    expect(expiryOf(answer)).toMatch(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/);

    const aged = age(location, 3 * HOUR_MS);
    expect(expiryOf(await house.tus().head(location))).toBe(httpDate(aged + DAY_MS));
    const part = await house.tus().patch(location, 0, bytes.subarray(0, 1_000));
    expect(part.status).toBe(204);
    expect(expiryOf(part)).toBe(httpDate(touchedAt() + DAY_MS));
    expect(touchedAt()).toBeGreaterThan(aged + 2 * HOUR_MS);
    // One that is refused has not ended the upload.
    expect(expiryOf(await house.tus().patch(location, 5, bytes))).toBe(httpDate(touchedAt() + DAY_MS));

    const last = await house.tus().patch(location, 1_000, bytes.subarray(1_000));
    expect([last.status, expiryOf(last)]).toEqual([204, null]);
    expect(expiryOf(await house.tus().head(location))).toBeNull();
  });

  test("is when the sweep removes it: not before, and then it does", async () => {
    const location = await created();
    age(location, HOUR_MS);
    const expiresAt = Date.parse(expiryOf(await house.tus().head(location)) ?? "");
    house.clock.advance(expiresAt - 1 - house.clock.now());
    await house.restart();
    const before = await house.tus().head(location);
    expect([before.status, expiryOf(before)]).toEqual([200, httpDate(expiresAt)]);
    house.clock.advance(1);
    await house.restart();
    expect((await house.tus().head(location)).status).toBe(404);
  });

  test("goes by the time that the operator set", async () => {
    await house.restart(() => {}, { UPLOAD_EXPIRY_HOURS: "2" });
    const location = await created();
    const aged = age(location, HOUR_MS);
    expect(expiryOf(await house.tus().head(location))).toBe(httpDate(aged + 2 * HOUR_MS));
  });
});
