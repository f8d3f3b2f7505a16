import { Socket } from "node:net";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { AppError, invalid } from "../errors.ts";
import { parseDigestHeader } from "./content-digest.ts";
import { fileNameOf } from "./file-name.ts";

/** A recording that is arriving as a request body. */
export interface StreamedUpload {
  stream: Readable;
  originalName: string;
  /** From `Content-Length`. */
  declaredBytes?: number;
  /** Lower-case hex, from RFC 9530 `Content-Digest` or `Repr-Digest`. */
  declaredSha256?: string;
  signal?: AbortSignal;
  makerId?: string;
}

/**
 * A recording that is a whole file on the library's own file system. It is moved away, or removed when refused as
 * `invalid`; when anything else goes wrong it stays.
 */
export interface UploadedFile {
  path: string;
  originalName: string;
  /** Lower-case hex. */
  declaredSha256?: string;
  /** Called before it is moved: under this name it is found again after a kill. */
  onDigest?: (sha256: string) => Promise<void>;
  /** What spoke it, and what it says. */
  synthetic?: { engine: string; text: string };
  makerId?: string;
}

/** With the person who sent or spoke it, who does not review it. */
export type Upload = StreamedUpload | UploadedFile;

export const UploadQuery = Type.Object(
  {
    filename: Type.Optional(
      Type.String({ maxLength: 500, description: "What the recording is called where it comes from" }),
    ),
  },
  { additionalProperties: false },
);

const SEND_RAW = "Send the file itself as the request body, for example with `curl --upload-file`.";

/**
 * Hands request bodies of every type to the handler as the stream they are. Call it in a scope of its own
 * (`app.register`): the JSON parser is gone there, as an upload called `application/json` is still an upload.
 */
export function acceptRawUploads(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (request, payload, done) => {
    payload.once("end", () => keepOpen(request));
    done(null, payload);
  });
}

/**
 * Nothing moves on a connection while a file that has arrived is hashed and probed, which takes minutes for a large one:
 * its idle limit is lifted until the answer. Node sets it again for the next request.
 */
export function keepOpen({ raw }: FastifyRequest): void {
  // A request that was injected has none.
  if (raw.socket instanceof Socket) raw.socket.setTimeout(0);
}

/**
 * What a raw upload request says of itself; the body is not read yet.
 * @throws {AppError} `invalid` for a missing body, a form, a compressed body, a deceiving name, or a bad or contradicting digest
 */
export function uploadFrom(request: FastifyRequest): StreamedUpload {
  const { headers, body } = request;
  if (/^multipart\//i.test(headers["content-type"] ?? "")) {
    throw invalid("Content-Type", "A form was sent where the recording itself is expected.", SEND_RAW);
  }
  // The stored bytes are the ones received; a decoded body would be an unmeasured size.
  if (!/^(identity)?$/i.test(headers["content-encoding"] ?? "")) {
    throw invalid("Content-Encoding", "A compressed request body is not accepted.", SEND_RAW);
  }
  if (!(body instanceof Readable))
    throw new AppError("invalid", "The request has no body.", { hint: SEND_RAW });

  const declaredSha256 = declaredDigest(headers);
  const length = headers["content-length"];
  const { filename } = Value.Check(UploadQuery, request.query) ? request.query : {};
  return {
    stream: body,
    originalName: fileNameOf(filename ?? "", "/querystring/filename"),
    ...(length === undefined ? {} : { declaredBytes: Number(length) }),
    ...(declaredSha256 === undefined ? {} : { declaredSha256 }),
  };
}

/** Without a content coding the two fields speak of the same bytes, so either will do and they must agree. */
function declaredDigest(headers: FastifyRequest["headers"]): string | undefined {
  const read = (name: string) =>
    parseDigestHeader(name, [headers[name.toLowerCase()]].flat().join(",") || undefined);
  const content = read("Content-Digest");
  const representation = read("Repr-Digest");
  if (content !== undefined && representation !== undefined && content !== representation) {
    throw invalid("Repr-Digest", "Content-Digest and Repr-Digest declare different SHA-256 values.");
  }
  return content ?? representation;
}
