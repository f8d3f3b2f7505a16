import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { ByteRange } from "./byte-range.ts";
import type { SentContent } from "./sent-content.ts";

/** Several parts of one content as one `multipart/byteranges` body (RFC 9110, section 14.6), read as it is sent. */
export function createMultipart(
  content: Pick<SentContent, "bytes" | "mime" | "read">,
  ranges: readonly ByteRange[],
): { contentType: string; contentLength: number; stream: Readable } {
  const boundary = randomBytes(24).toString("base64url");
  const heads = ranges.map(
    ({ start, end }) =>
      `\r\n--${boundary}\r\nContent-Type: ${content.mime}\r\nContent-Range: bytes ${start}-${end}/${content.bytes}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const lengths = ranges.map(({ start, end }, at) => (heads[at]?.length ?? 0) + end - start + 1);

  async function* body(): AsyncGenerator<Buffer> {
    for (const [at, range] of ranges.entries()) {
      yield Buffer.from(heads[at] ?? "");
      yield* content.read(range);
    }
    yield Buffer.from(tail);
  }
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentLength: lengths.reduce((sum, length) => sum + length, tail.length),
    stream: Readable.from(body(), { objectMode: false }),
  };
}
