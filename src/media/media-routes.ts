import { Readable } from "node:stream";
import fastifyStatic from "@fastify/static";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { type Clock, SECOND_MS } from "../clock.ts";
import { AppError, notFound } from "../errors.ts";
import type { ByteRange } from "./byte-range.ts";
import { digestHeader } from "./content-digest.ts";
import { ORIGINAL_MIME } from "./media.ts";
import { decide } from "./media-conditions.ts";
import type { MediaLibrary } from "./media-library.ts";
import type { MediaPermit } from "./media-permit.ts";
import type { MediaService, ServedMedia } from "./media-service.ts";
import { createMultipart } from "./multipart-ranges.ts";
import { type SentContent, sentContent } from "./sent-content.ts";

export interface MediaRouteOptions {
  library: MediaLibrary;
  service: Pick<MediaService, "servedAs">;
  /** Lets the request for this file pass or throws an AppError `unauthorized` or `forbidden`. */
  authorize: (request: FastifyRequest, sha256: string) => MediaPermit;
  /** Told of what is sent to somebody who hears it for a review. */
  onHeard: (userId: string, sha256: string, range: ByteRange) => void;
  /** Where nginx serves the library internally, e.g. `/protected/`; `null` sends files from here. */
  accelPrefix: string | null;
  clock: Clock;
}

const YEAR_SECONDS = 31_536_000;
/** About twice the throughput of Node's default of 64 KiB for large files; larger ones make the memory swing. */
const CHUNK_BYTES = 512 * 1024;
/** Every header is set by the route; the sender only moves bytes. */
const SEND_OPTIONS: object = {
  etag: false,
  lastModified: false,
  cacheControl: false,
  contentType: false,
  highWaterMark: CHUNK_BYTES,
};
const DECIDED = [
  "range",
  "if-range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
];

/**
 * `GET` and `HEAD /media/:sha256`: bytes that never change under their name, with ranges (RFC 9110 section 14),
 * conditions (section 13) and digests (RFC 9530). Players of streams look at endings, so `<sha256>.mp4` is the same.
 */
export const mediaRoutes: FastifyPluginAsync<MediaRouteOptions> = async (app, options) => {
  const { library, service, authorize, onHeard, accelPrefix, clock } = options;
  await app.register(fastifyStatic, { serve: false });

  app.get<{ Params: { name: string } }>(
    "/media/:name",
    {
      schema: {
        tags: ["media"],
        summary: "A rendition, a part of one or an original by its SHA-256",
        description:
          "With `hearing` in its query, what is sent to somebody who is signed in counts as heard for a review; then no cache keeps it.",
        params: Type.Object({ name: Type.String({ pattern: "^[0-9a-f]{64}(\\.(mp4|m3u8))?$" }) }),
      },
    },
    async (request, reply) => {
      const sha256 = request.params.name.slice(0, 64);
      const permit = authorize(request, sha256);
      const found = await sentContent(find(sha256), permit, library);
      const hearer = request.method === "GET" && isHearing(request) ? permit.userId : null;
      const content = hearer === null ? found : noted(found, (range) => onHeard(hearer, sha256, range));
      const etag = `"${content.sha256}"`;
      reply.header("etag", etag).header("accept-ranges", "bytes");
      const decision = decide(request, etag, content.bytes);
      if (decision === "failed") return reply.code(412).send();
      if (decision === "unsatisfiable") {
        return reply.code(416).header("content-range", `bytes */${content.bytes}`).send();
      }
      reply.header(
        "cache-control",
        hearer === null ? cacheControl(permit, clock.now()) : "private, no-store",
      );
      if (decision === "unchanged") return reply.code(304).send();

      reply.header("content-type", content.mime).header("repr-digest", digestHeader(content.sha256));
      reply.header("x-content-type-options", "nosniff");
      if (content.mime === ORIGINAL_MIME) reply.header("content-disposition", "attachment");
      if (accelPrefix !== null && content.path !== null) {
        // nginx reads the range itself, and checks If-Range against the tag that is handed over.
        const path = `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
        return reply.header("x-accel-redirect", accelPrefix + path).send("");
      }
      if (decision === "whole") return sendWhole(request, reply, content);
      return sendParts(request, reply, content, decision);
    },
  );

  function find(sha256: string): ServedMedia {
    const media = service.servedAs(sha256);
    if (!media) throw notFound("media file", sha256);
    if (library.has(sha256)) return media;
    throw new AppError("unavailable", `The file ${sha256} is missing from the media library.`, {
      hint: "Tell the administrator to restore it from a backup, or upload the recording again.",
    });
  }

  function sendWhole(request: FastifyRequest, reply: FastifyReply, content: SentContent): FastifyReply {
    // Content-Digest is of the bytes in this one message, so a part of the file goes without.
    reply.header("content-digest", digestHeader(content.sha256));
    if (content.path === null) return sendRead(reply, content, { start: 0, end: content.bytes - 1 });
    leaveOnlyRange(request, null);
    return reply.sendFile(content.path, SEND_OPTIONS);
  }

  function sendParts(
    request: FastifyRequest,
    reply: FastifyReply,
    content: SentContent,
    ranges: readonly ByteRange[],
  ): FastifyReply {
    const [range, ...others] = ranges;
    if (range && others.length === 0) {
      if (content.path === null) {
        reply.code(206).header("content-range", `bytes ${range.start}-${range.end}/${content.bytes}`);
        return sendRead(reply, content, range);
      }
      leaveOnlyRange(request, range);
      return reply.sendFile(content.path, SEND_OPTIONS);
    }
    const { contentType, contentLength, stream } = createMultipart(content, ranges);
    reply.code(206).header("content-type", contentType).header("content-length", contentLength);
    return reply.send(stream);
  }

  /** What is no file is sent as it is read. */
  function sendRead(reply: FastifyReply, content: SentContent, range: ByteRange): FastifyReply {
    reply.header("content-length", range.end - range.start + 1);
    return reply.send(Readable.from(content.read(range), { objectMode: false }));
  }
};

const isHearing = ({ query }: FastifyRequest): boolean => "hearing" in (query as object);

/** The same, read here whoever else could send it, and told of as it is handed on. */
function noted(content: SentContent, note: (range: ByteRange) => void): SentContent {
  return {
    ...content,
    path: null,
    async *read(range) {
      let { start } = range;
      for await (const chunk of content.read(range)) {
        note({ start, end: start + chunk.length - 1 });
        start += chunk.length;
        yield chunk;
      }
    },
  };
}

/** The bytes never change, but a copy in a shared cache lets everybody in: it may be kept no longer than the link. */
function cacheControl({ expiresAt }: MediaPermit, now: number): string {
  if (expiresAt === null) return `private, max-age=${YEAR_SECONDS}, immutable`;
  const leftSeconds = Math.max(0, Math.floor((expiresAt - now) / SECOND_MS));
  return `public, max-age=${Math.min(YEAR_SECONDS, leftSeconds)}, immutable`;
}

/**
 * The file sender has its own reading of conditions, on tags made from size and time, and of ranges. They are decided
 * already, so it sees the plain range that is left of them.
 */
function leaveOnlyRange(request: FastifyRequest, range: ByteRange | null): void {
  const { headers } = request.raw;
  for (const name of DECIDED) delete headers[name];
  if (range) headers.range = `bytes=${range.start}-${range.end}`;
}
