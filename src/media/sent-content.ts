import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { PLAYLIST_MIME, signPlaylist } from "../protocol/stream-playlist.ts";
import type { ByteRange } from "./byte-range.ts";
import type { MediaLibrary } from "./media-library.ts";
import type { MediaPermit } from "./media-permit.ts";
import type { ServedMedia } from "./media-service.ts";

/** The bytes that a request is answered with; their SHA-256 and size are what its conditions and ranges go by. */
export interface SentContent extends ServedMedia {
  /** The library's file, when they are its bytes and anybody may send them. */
  path: string | null;
  read(range: ByteRange): AsyncIterable<Buffer> | Iterable<Buffer>;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * A file as it is, or for a signed link a playlist whose references are signed too. That one is other bytes than its name
 * says, and others for a link that ends at another time.
 */
export async function sentContent(
  media: ServedMedia,
  { signFor }: MediaPermit,
  library: Pick<MediaLibrary, "pathOf">,
): Promise<SentContent> {
  const path = library.pathOf(media.sha256);
  if (media.mime !== PLAYLIST_MIME || !signFor) {
    return {
      ...media,
      path,
      read: ({ start, end }) => createReadStream(path, { start, end, highWaterMark: CHUNK_BYTES }),
    };
  }
  const text = Buffer.from(signPlaylist(await readFile(path, "utf8"), signFor));
  return {
    sha256: createHash("sha256").update(text).digest("hex"),
    bytes: text.length,
    mime: media.mime,
    path: null,
    read: ({ start, end }) => [text.subarray(start, end + 1)],
  };
}
