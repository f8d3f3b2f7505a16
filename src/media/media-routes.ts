import fastifyStatic from "@fastify/static";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { AppError, notFound } from "../errors.ts";
import { type RangeAnswer, readRange } from "./byte-range.ts";
import { digestHeader } from "./content-digest.ts";
import { ORIGINAL_MIME } from "./media.ts";
import type { MediaLibrary } from "./media-library.ts";
import type { MediaService } from "./media-service.ts";

export interface MediaRouteOptions {
  library: MediaLibrary;
  service: Pick<MediaService, "servedAs">;
  /** Lets the request pass or throws an AppError `unauthorized` or `forbidden`. */
  authorize: (request: FastifyRequest) => void;
}

const YEAR_SECONDS = 31_536_000;
/** Twice to three times the throughput of Node's default of 64 KiB for large files. */
const CHUNK_BYTES = 1024 * 1024;
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
 * conditions (section 13) and digests (RFC 9530).
 */
export const mediaRoutes: FastifyPluginAsync<MediaRouteOptions> = async (
  app,
  { library, service, authorize },
) => {
  await app.register(fastifyStatic, { serve: false });

  app.get<{ Params: { sha256: string } }>(
    "/media/:sha256",
    {
      schema: {
        tags: ["media"],
        summary: "A rendition or an original by its SHA-256",
        params: Type.Object({ sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }) }),
      },
      onRequest: async (request) => authorize(request),
    },
    (request, reply) => {
      const { sha256 } = request.params;
      const media = service.servedAs(sha256);
      if (!media) throw notFound("media file", sha256);
      if (!library.has(sha256)) {
        throw new AppError("unavailable", `The file ${sha256} is missing from the media library.`, {
          hint: "Tell the administrator to restore it from a backup, or upload the recording again.",
        });
      }
      const etag = `"${sha256}"`;
      reply.header("etag", etag).header("accept-ranges", "bytes");
      const { headers } = request.raw;
      if (headers["if-match"] !== undefined && !lists(headers["if-match"], etag))
        return reply.code(412).send();
      // If-None-Match compares weakly (RFC 9110, section 8.8.3.2): `W/"…"` of the same bytes counts.
      const unchanged = lists(headers["if-none-match"]?.replaceAll("W/", ""), etag);
      const range = unchanged ? "whole" : rangeOf(request, etag, media.bytes);
      if (range === "unsatisfiable") {
        return reply.code(416).header("content-range", `bytes */${media.bytes}`).send();
      }
      reply.header("cache-control", `private, max-age=${YEAR_SECONDS}, immutable`);
      if (unchanged) return reply.code(304).send();

      reply.header("content-type", media.mime).header("repr-digest", digestHeader(sha256));
      // Content-Digest is of the bytes in this one message, so a part of the file goes without.
      if (range === "whole") reply.header("content-digest", digestHeader(sha256));
      reply.header("x-content-type-options", "nosniff");
      if (media.mime === ORIGINAL_MIME) reply.header("content-disposition", "attachment");
      leaveOnlyRange(request, range);
      return reply.sendFile(library.pathOf(sha256), SEND_OPTIONS);
    },
  );
};

const lists = (field: string | undefined, etag: string): boolean =>
  (field ?? "").split(",").some((entry) => [etag, "*"].includes(entry.trim()));

/** A `Range` counts for GET only, and only when `If-Range`, if sent, names these bytes (RFC 9110, section 13.1.5). */
function rangeOf(request: FastifyRequest, etag: string, bytes: number): RangeAnswer {
  const { "if-range": ifRange, range } = request.raw.headers;
  // A date never matches: no Last-Modified is sent, as the name says all about the bytes.
  const stale = ifRange !== undefined && ifRange !== etag;
  return request.method !== "GET" || stale ? "whole" : readRange(range, bytes);
}

/**
 * The file sender has its own reading of conditions, on tags made from size and time, and of ranges. They are decided
 * already, so it sees the plain range that is left of them.
 */
function leaveOnlyRange(request: FastifyRequest, range: Exclude<RangeAnswer, "unsatisfiable">): void {
  const { headers } = request.raw;
  for (const name of DECIDED) delete headers[name];
  if (range !== "whole") headers.range = `bytes=${range.start}-${range.end}`;
}
