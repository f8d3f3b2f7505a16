import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { ByteRange } from "./byte-range.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Several parts of a file as one `multipart/byteranges` body (RFC 9110, section 14.6), read as it is sent.
 * @param file its path, size in bytes and media type
 */
export function createMultipart(
  file: { path: string; bytes: number; mime: string },
  ranges: readonly ByteRange[],
): { contentType: string; contentLength: number; stream: Readable } {
  const boundary = randomBytes(24).toString("base64url");
  const heads = ranges.map(
    ({ start, end }) =>
      `\r\n--${boundary}\r\nContent-Type: ${file.mime}\r\nContent-Range: bytes ${start}-${end}/${file.bytes}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const lengths = ranges.map(({ start, end }, at) => (heads[at]?.length ?? 0) + end - start + 1);

  async function* body(): AsyncGenerator<Buffer> {
    for (const [at, { start, end }] of ranges.entries()) {
      yield Buffer.from(heads[at] ?? "");
      yield* createReadStream(file.path, { start, end, highWaterMark: CHUNK_BYTES });
    }
    yield Buffer.from(tail);
  }
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentLength: lengths.reduce((sum, length) => sum + length, tail.length),
    stream: Readable.from(body(), { objectMode: false }),
  };
}
