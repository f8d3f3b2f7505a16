import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EnrolResponse } from "../../src/protocol/http-messages.ts";
import type { LiveIndex } from "../../src/protocol/live-index.ts";
import { wait } from "../core/wait.ts";
import type { Sound } from "./sound.ts";
import type { Timeline } from "./timeline.ts";

/** What the kit's HTTP answers with; a case changes it. */
export interface HttpSide {
  /** Enrolment codes that are still good. */
  codes: Set<string>;
  enrolment: () => EnrolResponse;
  playlist: { jws: string; etag: string } | null;
  /** Instead of the playlist, when set. */
  playlistFailure: { status: number; retryAfterS: number } | null;
  /** Signed key sets by the serial they have. */
  keySets: Map<number, string>;
  /** What is spoken live: asked for again and again until there is news. */
  live: { index: LiveIndex; jws: string } | null;
  media: Map<string, Sound>;
  /** What is served under the digest of something else. */
  spoilt: Map<string, Buffer>;
  /** The next whole answer of media ends without a word after so many bytes. */
  cutMediaAfter: number | null;
}

export interface HttpPort {
  port: number;
  close(): Promise<void>;
}

const CUT_AFTER_MS = 1_500;
const LOOK_MS = 20;
const TOKEN_SCHEME = /^Bearer (.+)$/;

/** The server's HTTP as a gateway sees it. @param now the kit's time */
export async function openHttp(
  side: HttpSide,
  timeline: Timeline,
  now: () => number,
  listen: { host: string; port: number },
): Promise<HttpPort> {
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = now();
    const url = new URL(request.url ?? "/", "http://kit");
    const body = await bodyOf(request);
    const { method = "GET", headers } = request;
    timeline.add({ kind: "request", at: arrivedAt, method, path: url.pathname, headers, body });
    const route = `${method} ${url.pathname}`;
    if (route === "POST /device/v1/enroll") return enrol(body, response);
    const media = /^\/media\/([0-9a-f]{64})$/.exec(url.pathname);
    const token = TOKEN_SCHEME.exec(headers.authorization ?? "")?.[1];
    // Media are also given to whoever has the address, as a CDN would; what was sent along is in the timeline.
    if (media) return sendMedia(media[1] ?? "", headers.range, response);
    if (token !== side.enrolment().token) return sendJson(response, 401, { title: "unauthorized" });
    if (route === "GET /device/v1/time")
      return sendJson(response, 200, { t1: Number(url.searchParams.get("t1")), t2: arrivedAt, t3: now() });
    if (route === "GET /device/v1/keys") {
      const after = Number(url.searchParams.get("after"));
      const items = [...side.keySets].filter(([serial]) => serial > after).map(([, jws]) => jws);
      return sendJson(response, 200, { items });
    }
    if (url.pathname.startsWith("/device/v1/live/"))
      return sendLive(Number(url.searchParams.get("after")), response);
    if (route === "GET /device/v1/playlist") return sendPlaylist(headers["if-none-match"], response);
    sendJson(response, 404, { title: "not found" });
  }

  function enrol(body: unknown, response: ServerResponse): void {
    const { code } = (body ?? {}) as { code?: string };
    if (code === undefined || !side.codes.delete(code))
      return sendJson(response, 401, { title: "unauthorized", detail: "The enrolment code is not known." });
    sendJson(response, 201, side.enrolment());
  }

  async function sendLive(after: number, response: ServerResponse): Promise<void> {
    const hasNews = () =>
      side.live && (side.live.index.ended || (side.live.index.parts.at(-1)?.n ?? 0) > after);
    while (!hasNews() && !response.destroyed) await wait(LOOK_MS);
    response.writeHead(200, { "content-type": "application/jose" }).end(side.live?.jws);
  }

  function sendPlaylist(ifNoneMatch: string | undefined, response: ServerResponse): void {
    if (side.playlistFailure || !side.playlist) {
      const { status, retryAfterS } = side.playlistFailure ?? { status: 503, retryAfterS: 1 };
      response.writeHead(status, { "retry-after": `${retryAfterS}` }).end();
      return;
    }
    const { jws, etag } = side.playlist;
    if (ifNoneMatch === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag, "content-type": "application/jose" }).end(jws);
  }

  function sendMedia(sha256: string, range: string | undefined, response: ServerResponse): void {
    const sound = side.media.get(sha256);
    const bytes = side.spoilt.get(sha256) ?? sound?.bytes;
    if (!bytes) return sendJson(response, 404, { title: "not found" });
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (from >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    const rest = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      "accept-ranges": "bytes",
      "content-length": rest.length,
      "content-type": "audio/mpeg",
      etag: `"${sha256}"`,
      ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    const cutAfter = side.cutMediaAfter;
    side.cutMediaAfter = null;
    if (cutAfter === null) response.end(rest);
    // What was written arrives and can be stored, and then nothing.
    else response.write(rest.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), CUT_AFTER_MS));
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return null;
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
