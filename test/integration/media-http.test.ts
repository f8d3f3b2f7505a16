import { createHash } from "node:crypto";
import { mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../scripts/until.ts";
import { DAY_MS } from "../../src/clock.ts";
import { AppError } from "../../src/errors.ts";
import { registerProblems } from "../../src/http/problem.ts";
import { validatorCompiler } from "../../src/http/validation.ts";
import { digestHeader } from "../../src/media/content-digest.ts";
import { type MediaRouteOptions, mediaRoutes } from "../../src/media/media-routes.ts";
import type { Rendition } from "../../src/media/media-service.ts";
import { signMediaQuery } from "../../src/media/signed-url.ts";
import { acceptRawUploads, UploadQuery, uploadFrom } from "../../src/media/upload.ts";
import { PLAYLIST_MIME } from "../../src/protocol/stream-playlist.ts";
import { createMediaLab, type MediaLab, settled, speak } from "../support/media-lab.ts";

const NOW = Date.UTC(2026, 11, 1);

let lab: MediaLab;
let app: FastifyInstance;
let speech: Buffer;
let original: string;
let rendition: Rendition;
let content: Buffer;
let uploadsEnded = 0;
/** Who, which file, and what of it. */
let heards: Parameters<MediaRouteOptions["onHeard"]>[] = [];

beforeAll(async () => {
  lab = await createMediaLab({ maxUploadBytes: 2_000_000 });
  await speak(lab.file("speech.wav"));
  speech = await readFile(lab.file("speech.wav"));

  app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  registerProblems(app);
  await app.register(mediaRoutes, {
    library: lab.library,
    service: lab.media,
    accelPrefix: null,
    onHeard: (...heard) => void heards.push(heard),
    clock: { now: () => NOW, steadyMs: () => NOW },
    authorize: (request) => {
      const until = request.headers["x-until"];
      if (until !== undefined) return { expiresAt: Number(until), signFor: null, userId: null };
      if (request.headers.authorization !== "Bearer good")
        throw new AppError("unauthorized", "Sign in first.");
      return { expiresAt: null, signFor: null, userId: String(request.headers["x-user"] ?? "") || null };
    },
  });
  await app.register(async (uploads) => {
    acceptRawUploads(uploads);
    uploads.put("/recording", { schema: { querystring: UploadQuery } }, async (request) => {
      try {
        return await lab.media.receiveUpload(uploadFrom(request), () => {});
      } finally {
        uploadsEnded += 1;
      }
    });
  });
  await app.listen({ port: 0, host: "127.0.0.1" });

  const { sha256, compositionId } = await lab.upload(lab.file("speech.wav"));
  original = sha256;
  const [made] = await settled(lab.media, compositionId);
  if (made?.state !== "ready") throw new Error(`There is no rendition to serve: ${made?.error}`);
  rendition = made;
  content = await readFile(lab.library.pathOf(made.sha256 ?? ""));
});
afterAll(async () => {
  await app.close();
  await lab.close();
});

const get = (
  headers: Record<string, string> = {},
  sha256 = rendition.sha256,
  method: "GET" | "HEAD" = "GET",
) => app.inject({ method, url: `/media/${sha256}`, headers: { authorization: "Bearer good", ...headers } });

describe("GET /media/:sha256", () => {
  test("gives the file for ever, under its own name", async () => {
    const response = await get();
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload.equals(content)).toBe(true);
    expect(response.headers).toMatchObject({
      "content-type": "audio/mpeg",
      "content-length": String(content.length),
      etag: `"${rendition.sha256}"`,
      "cache-control": "private, max-age=31536000, immutable",
      "accept-ranges": "bytes",
      "content-digest": digestHeader(rendition.sha256 ?? ""),
      "repr-digest": digestHeader(rendition.sha256 ?? ""),
      "x-content-type-options": "nosniff",
    });
    expect(response.headers["last-modified"]).toBeUndefined();
  });

  test("says what of it was sent to somebody who hears it, and nothing of what was only asked for", async () => {
    const hear = async (headers: Record<string, string>, method: "GET" | "HEAD" = "GET") => {
      heards = [];
      const url = `/media/${rendition.sha256}?hearing`;
      const answer = await app.inject({ method, url, headers: { authorization: "Bearer good", ...headers } });
      return [answer, heards.map(([user, sha256, { start, end }]) => [user, sha256, start, end])] as const;
    };
    const user = { "x-user": "somebody" };
    const sent = (start: number, end: number) => ["somebody", rendition.sha256, start, end];
    const [whole, all] = await hear(user);
    expect(whole.rawPayload.equals(content)).toBe(true);
    expect(whole.headers["cache-control"]).toBe("private, no-store");
    expect(all).toEqual([sent(0, content.length - 1)]);
    const [one, some] = await hear({ ...user, range: "bytes=100-199" });
    expect(one.rawPayload.equals(content.subarray(100, 200))).toBe(true);
    expect([one.headers["content-range"], some]).toEqual([
      `bytes 100-199/${content.length}`,
      [sent(100, 199)],
    ]);
    const [, several] = await hear({ ...user, range: "bytes=0-9,100-109" });
    expect(several).toEqual([sent(0, 9), sent(100, 109)]);
    expect((await hear(user, "HEAD"))[1]).toEqual([]);
    expect((await hear({ ...user, "if-none-match": `"${rendition.sha256}"` }))[1]).toEqual([]);
    const [link, ofNobody] = await hear({});
    expect([link.headers["cache-control"], ofNobody]).toEqual(["private, max-age=31536000, immutable", []]);
  });

  test.each([
    [90_999, 90],
    [999, 0],
    [400 * DAY_MS, 31_536_000],
  ])("by a link that ends in %d ms may be kept by shared caches for %d s", async (leftMs, seconds) => {
    for (const more of [{}, { range: "bytes=0-9" }, { "if-none-match": `"${rendition.sha256}"` }]) {
      const response = await get({ "x-until": String(NOW + leftMs), ...more });
      expect(response.headers["cache-control"]).toBe(`public, max-age=${seconds}, immutable`);
    }
  });

  test("HEAD gives the same headers and no body, whatever range it asks for", async () => {
    const response = await get({ range: "bytes=0-9" }, rendition.sha256, "HEAD");
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload).toHaveLength(0);
    expect(response.headers).toMatchObject({
      "content-length": String(content.length),
      "content-type": "audio/mpeg",
    });
  });

  test.each([
    ["bytes=0-99", 0, 99],
    ["bytes=1000-", 1000, undefined],
    ["bytes=-100", -100, undefined],
  ])("%s gives that part, with the digest of the whole only", async (range, start, end) => {
    const response = await get({ range });
    const part = content.subarray(start, end === undefined ? undefined : end + 1);
    const first = start < 0 ? content.length + start : start;
    expect(response.statusCode).toBe(206);
    expect(response.rawPayload.equals(part)).toBe(true);
    expect(response.headers).toMatchObject({
      "content-range": `bytes ${first}-${first + part.length - 1}/${content.length}`,
      "content-length": String(part.length),
      "repr-digest": digestHeader(rendition.sha256 ?? ""),
    });
    expect(response.headers["content-digest"]).toBeUndefined();
  });

  test("a download that was cut is resumed to the same bytes", async () => {
    const head = await get({ range: "bytes=0-4999" });
    const rest = await get({ range: "bytes=5000-", "if-range": `"${rendition.sha256}"` });
    expect(rest.statusCode).toBe(206);
    const digest = createHash("sha256").update(head.rawPayload).update(rest.rawPayload).digest("hex");
    expect(digest).toBe(rendition.sha256);
  });

  test.each(['"another"', "Wed, 21 Oct 2026 07:28:00 GMT", `W/"${"a".repeat(64)}"`])(
    "a range of other bytes (If-Range: %s) is answered with the whole file",
    async (ifRange) => {
      const response = await get({ range: "bytes=0-9", "if-range": ifRange });
      expect(response.statusCode).toBe(200);
      expect(response.rawPayload).toHaveLength(content.length);
    },
  );

  test("several ranges at once come as parts of one body", async () => {
    const response = await get({ range: "bytes=20-29,0-9,-5,9999999-,5-12" });
    expect(response.statusCode).toBe(206);
    const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(
      response.headers["content-type"] as string,
    )?.[1];
    expect(response.headers["content-length"]).toBe(String(response.rawPayload.length));
    expect(response.headers["content-range"]).toBeUndefined();
    const parts = response.rawPayload.toString("latin1").split(`\r\n--${boundary}`);
    expect(parts.at(0)).toBe("");
    expect(parts.at(-1)).toBe("--\r\n");
    const total = content.length;
    // What overlaps is sent once.
    const expected: [number, number][] = [
      [0, 12],
      [20, 29],
      [total - 5, total - 1],
    ];
    expect(parts.slice(1, -1)).toEqual(
      expected.map(
        ([start, end]) =>
          `\r\nContent-Type: audio/mpeg\r\nContent-Range: bytes ${start}-${end}/${total}\r\n\r\n` +
          content.subarray(start, end + 1).toString("latin1"),
      ),
    );
  });

  test("one satisfiable range of several is sent as one; very many are the whole file", async () => {
    const one = await get({ range: "bytes=9999999-, 3-4" });
    expect(one.statusCode).toBe(206);
    expect(one.headers["content-range"]).toBe(`bytes 3-4/${content.length}`);
    const many = Array.from({ length: 17 }, (_, at) => `${at * 10}-${at * 10}`).join(",");
    expect((await get({ range: `bytes=${many}` })).statusCode).toBe(200);
    expect((await get({ range: "bytes=9999999-,8888888-" })).statusCode).toBe(416);
  });

  test("a range beyond the end is 416 with the size, and not to be kept", async () => {
    const response = await get({ range: `bytes=${content.length}-` });
    expect(response.statusCode).toBe(416);
    expect(response.headers["content-range"]).toBe(`bytes */${content.length}`);
    expect(response.headers["cache-control"]).toBeUndefined();
  });

  test("what the client has already is not sent again", async () => {
    for (const tag of [`"${rendition.sha256}"`, `"other", W/"${rendition.sha256}"`, "*"]) {
      const response = await get({ "if-none-match": tag });
      expect(response.statusCode).toBe(304);
      expect(response.rawPayload).toHaveLength(0);
      expect(response.headers.etag).toBe(`"${rendition.sha256}"`);
    }
    expect((await get({ "if-none-match": '"other"' })).statusCode).toBe(200);
    expect((await get({ "if-match": '"other"' })).statusCode).toBe(412);
    expect((await get({ "if-match": `"${rendition.sha256}"` })).statusCode).toBe(200);
  });

  test("an original is a download without a type of its own", async () => {
    const response = await get({}, original);
    expect(response.statusCode).toBe(200);
    expect(response.rawPayload.equals(speech)).toBe(true);
    expect(response.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": "attachment",
    });
  });

  test("nothing is given to who may not have it, nor that it exists", async () => {
    for (const sha256 of [rendition.sha256, "0".repeat(64)]) {
      expect((await get({ authorization: "Bearer bad", "if-none-match": "*" }, sha256)).statusCode).toBe(401);
    }
  });

  test("a name that nobody knows is 404, and one that is no name is refused", async () => {
    expect((await get({}, "0".repeat(64))).json()).toMatchObject({
      status: 404,
      type: "urn:ccx:problem:not_found",
    });
    for (const name of ["short", "A".repeat(64), `${"0".repeat(64)}a`, "..%2f..%2fetc%2fpasswd"]) {
      expect((await get({}, name)).statusCode).toBe(422);
    }
  });

  test("a file that the library lost is told apart from one that never was", async () => {
    await unlink(lab.library.pathOf(original));
    const response = await get({}, original);
    expect(response.statusCode).toBe(503);
    expect(response.headers["cache-control"]).toBeUndefined();
    // The same upload heals it.
    await lab.upload(lab.file("speech.wav"));
    expect((await get({}, original)).statusCode).toBe(200);
  });
});

describe("a playlist by a signed link", () => {
  const SEGMENT = "5".repeat(64);
  const text = `#EXTM3U\n#EXTINF:6,\n${SEGMENT}.mp4\n#EXTINF:6,\n${SEGMENT}.mp4\n#EXT-X-ENDLIST\n`;
  const name = createHash("sha256").update(text).digest("hex");
  let streams: FastifyInstance;
  let signed: Buffer;
  let tag: string;

  beforeAll(async () => {
    const path = lab.library.pathOf(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    streams = Fastify();
    registerProblems(streams);
    await streams.register(mediaRoutes, {
      library: lab.library,
      service: { servedAs: (sha256) => ({ sha256, bytes: text.length, mime: PLAYLIST_MIME }) },
      // A playlist that was signed lies nowhere that nginx could send it from.
      accelPrefix: "/protected/",
      onHeard: () => {},
      clock: { now: () => NOW, steadyMs: () => performance.now() },
      authorize: ({ headers }) => {
        const expiresSeconds = NOW / 1_000 + Number(headers["x-for"] ?? 60);
        return {
          expiresAt: expiresSeconds * 1_000,
          signFor: (sha256) => signMediaQuery("secret", sha256, expiresSeconds),
          userId: null,
        };
      },
    });
    signed = (await ask()).rawPayload;
    tag = `"${createHash("sha256").update(signed).digest("hex")}"`;
    return () => streams.close();
  });

  const ask = (headers: Record<string, string> = {}, method: "GET" | "HEAD" = "GET") =>
    streams.inject({ method, url: `/media/${name}.m3u8`, headers });

  test("has the tag, the digest and the length of what is sent, HEAD too", async () => {
    expect(signed.toString().match(/\.mp4\?expires=\d+&signature=\S{43}\n/g)).toHaveLength(2);
    expect(signed.length).toBeGreaterThan(text.length);
    for (const method of ["GET", "HEAD"] as const) {
      const response = await ask({}, method);
      expect(response.statusCode).toBe(200);
      expect(response.rawPayload).toHaveLength(method === "GET" ? signed.length : 0);
      expect(response.headers).toMatchObject({
        "content-type": PLAYLIST_MIME,
        "content-length": String(signed.length),
        etag: tag,
        "accept-ranges": "bytes",
        "repr-digest": digestHeader(tag.slice(1, -1)),
        "content-digest": digestHeader(tag.slice(1, -1)),
        "cache-control": "public, max-age=60, immutable",
      });
    }
  });

  test("comes in parts that make the whole, also from behind the end of the unsigned file", async () => {
    const first = await ask({ range: `bytes=0-${text.length - 1}` });
    const rest = await ask({ range: `bytes=${text.length}-`, "if-range": tag });
    for (const response of [first, rest]) {
      expect(response.statusCode).toBe(206);
      expect(response.headers["content-length"]).toBe(String(response.rawPayload.length));
      expect(response.headers["content-digest"]).toBeUndefined();
    }
    expect(rest.headers["content-range"]).toBe(`bytes ${text.length}-${signed.length - 1}/${signed.length}`);
    expect(Buffer.concat([first.rawPayload, rest.rawPayload]).equals(signed)).toBe(true);
    const several = await ask({ range: "bytes=0-6,-5" });
    expect(several.statusCode).toBe(206);
    expect(several.headers["content-length"]).toBe(String(several.rawPayload.length));
    expect(several.payload).toContain(
      `bytes ${signed.length - 5}-${signed.length - 1}/${signed.length}\r\n\r\n${signed.toString().slice(-5)}`,
    );
    const beyond = await ask({ range: `bytes=${signed.length}-` });
    expect([beyond.statusCode, beyond.headers["content-range"]]).toEqual([416, `bytes */${signed.length}`]);
  });

  test("is known again by its own tag, not by its name nor by another link's", async () => {
    expect((await ask({ "if-none-match": tag })).statusCode).toBe(304);
    expect((await ask({ "if-match": tag })).statusCode).toBe(200);
    for (const other of [`"${name}"`, (await ask({ "x-for": "61" })).headers.etag as string]) {
      expect(other).not.toBe(tag);
      expect((await ask({ "if-none-match": other })).statusCode).toBe(200);
      expect((await ask({ "if-match": other })).statusCode).toBe(412);
      const stale = await ask({ range: "bytes=0-9", "if-range": other });
      expect([stale.statusCode, stale.rawPayload.length]).toEqual([200, signed.length]);
    }
  });
});

describe("an upload over HTTP", () => {
  const put = (payload: Buffer, headers: Record<string, string> = {}, query = "") =>
    app.inject({ method: "PUT", url: `/recording${query}`, payload, headers });
  const type = { "content-type": "audio/wav" };

  test("is taken as it comes, whatever it calls itself", async () => {
    const digest = createHash("sha256").update(speech).digest("hex");
    for (const contentType of ["audio/wav", "application/json", "text/plain", "application/octet-stream"]) {
      const headers = { "content-type": contentType, "content-digest": digestHeader(digest) };
      const response = await put(speech, headers, "?filename=C%3A%5C%E5%85%9A%E5%BB%BA.wav");
      expect(response.json()).toMatchObject({ sha256: digest });
    }
  });

  test.each([
    ["a wrong digest", { ...type, "repr-digest": digestHeader("0".repeat(64)) }, /SHA-256 is/],
    ["a malformed digest", { ...type, "content-digest": "sha-256=abc" }, /Content-Digest header/],
    [
      "two digests that disagree",
      {
        ...type,
        "content-digest": digestHeader("0".repeat(64)),
        "repr-digest": digestHeader("1".repeat(64)),
      },
      /different SHA-256/,
    ],
    ["a form", { "content-type": "multipart/form-data; boundary=x" }, /form was sent/],
    ["a compressed body", { ...type, "content-encoding": "gzip" }, /compressed/],
  ])("with %s is refused", async (_what, headers, message) => {
    const response = await put(speech, headers);
    expect(response.statusCode).toBe(422);
    expect(response.json().detail).toMatch(message);
    expect(response.json().errors).toHaveLength(1);
  });

  test("without a body, or with too large a one, is refused", async () => {
    const empty = await app.inject({ method: "PUT", url: "/recording" });
    expect(empty.json()).toMatchObject({ status: 422, detail: expect.stringMatching(/no body|empty/) });
    const large = await put(Buffer.alloc(2_000_001), type);
    expect(large.json()).toMatchObject({ status: 413, detail: expect.stringMatching(/2000000 bytes/) });
  });

  test("that is declared too large is answered before its body is sent", async () => {
    const answer = await talk("PUT /recording HTTP/1.1\r\nHost: x\r\nContent-Length: 2000001\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("whose client goes away mid-body leaves nothing behind", async () => {
    const before = { files: lab.leftovers(), ended: uploadsEnded };
    const socket = connect(port(), "127.0.0.1");
    socket.write(`PUT /recording HTTP/1.1\r\nHost: x\r\nContent-Length: ${speech.length}\r\n\r\n`);
    socket.write(speech.subarray(0, 100_000));
    await until(() => lab.temporary().length > 0, { what: "the upload's temporary file" });
    socket.destroy();
    await until(() => uploadsEnded > before.ended, { what: "the end of the upload" });
    expect(lab.leftovers()).toEqual(before.files);
    expect(lab.temporary()).toEqual([]);
  });

  const port = () => {
    const address = app.server.address();
    return typeof address === "object" && address ? address.port : 0;
  };

  /** The first bytes that come back for these. */
  const talk = (request: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(port(), "127.0.0.1", () => socket.write(request));
      socket.once("error", reject);
      socket.once("data", (data) => {
        socket.destroy();
        resolve(data.toString());
      });
    });
});
