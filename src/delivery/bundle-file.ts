import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { packTar, type TarSource } from "modern-tar/fs";

/** One entry of a bundle: a text, or a file of the library, which its name says all about. */
export type BundleEntry =
  | { target: string; content: string }
  | { target: string; source: string; bytes: number };

/** A tar file that is made while it is read, from any byte on; the same entries make the same bytes. */
export interface BundleFile {
  bytes: number;
  /** Strong, with its quotes; of the same playlists signed again by SM2 it is another, as the bytes are. */
  etag: string;
  /** Bytes `start` to `end`, inclusive. It errors when a file of the library goes meanwhile. */
  read(start: number, end: number): Readable;
}

/** Header and body of an entry fill whole blocks, and two empty ones are the end (POSIX.1-2017, pax, ustar). */
const BLOCK_BYTES = 512;
const END_BYTES = 2 * BLOCK_BYTES;
const MTIME = new Date(0);

const lengthOf = (entry: BundleEntry): number => {
  const bytes = "content" in entry ? Buffer.byteLength(entry.content) : entry.bytes;
  return BLOCK_BYTES + Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
};

const sourceOf = (entry: BundleEntry): TarSource =>
  "content" in entry
    ? { ...entry, type: "content", mtime: MTIME }
    : { target: entry.target, source: entry.source, type: "file", mtime: MTIME, mode: 0o644, uid: 0, gid: 0 };

export function bundleFile(entries: readonly BundleEntry[]): BundleFile {
  /** Where each entry begins, and behind the last of them the end of the file. */
  const starts = [0];
  for (const entry of entries) starts.push((starts.at(-1) ?? 0) + lengthOf(entry));
  const known = entries.map((entry) => [entry.target, "content" in entry ? entry.content : entry.bytes]);
  const digest = createHash("sha256").update(JSON.stringify(known)).digest("base64url");

  return {
    bytes: (starts.at(-1) ?? 0) + END_BYTES,
    etag: `"${digest}"`,
    read(start, end) {
      // What lies before is not even opened: the rest of a tar file is the tar file of the rest.
      const first = Math.max(
        0,
        starts.findLastIndex((at) => at <= start),
      );
      const rest = packTar(entries.slice(first).map(sourceOf), { concurrency: 1 });
      return Readable.from(cut(rest, start - (starts[first] ?? 0), end - start + 1), { objectMode: false });
    },
  };
}

async function* cut(stream: AsyncIterable<Buffer>, skip: number, length: number): AsyncGenerator<Buffer> {
  let [before, left] = [skip, length];
  for await (const chunk of stream) {
    const part = chunk.subarray(before, before + left);
    before = Math.max(0, before - chunk.length);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) return;
  }
}
