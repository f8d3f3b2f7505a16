/**
 * HTTP Live Streaming (RFC 8216) in files that are known by their SHA-256. A playlist names what it points at by that digest, and
 * after every byte range stands the digest of its bytes in a tag that players ignore which do not know it. So the one signed
 * digest of a multivariant playlist lets a device check each stretch of what it shows, before it is shown.
 */

export const PLAYLIST_MIME = "application/vnd.apple.mpegurl";

/** A name, and the query that permits it where there is one. */
const REFERENCE = /\b([0-9a-f]{64})\.(mp4|m3u8)(\?[^\s"]*)?/g;
/** A line that tells of a byte range (RFC 8216, sections 4.3.2.2 and 4.3.2.5), and its digest. */
const BYTE_RANGE = /^(#EXT-X-(?:BYTERANGE:|MAP:.*BYTERANGE=")(\d+)@(\d+)"?)$/gm;
const DIGEST_TAG = "#EXT-X-CCX-SHA256:";
const DIGESTED = new RegExp(`${BYTE_RANGE.source}\\n${DIGEST_TAG}([0-9a-f]{64})$`, "gm");

/** Bytes of a file. */
export interface Stretch {
  offset: number;
  bytes: number;
}

/** The name by which a playlist points at a file of the library, relative to itself. */
export const playlistReference = (sha256: string, ending: "mp4" | "m3u8"): string => `${sha256}.${ending}`;

/**
 * A playlist whose references carry a permission of their own: a player asks for them without the query of the
 * playlist's own address (RFC 3986, section 5.3).
 * @param sign the query, without `?`, that permits one file
 */
export const signPlaylist = (text: string, sign: (sha256: string) => string): string =>
  text.replace(REFERENCE, (reference, sha256: string) => `${reference}?${sign(sha256)}`);

/** As it was before it was signed: what its SHA-256 is of. */
export const unsignedPlaylist = (text: string): string =>
  text.replace(REFERENCE, (_, sha256: string, ending: string) => `${sha256}.${ending}`);

/** A media playlist that tells the SHA-256 of each byte range, for `stretchesOf`. */
export async function withDigests(
  text: string,
  digestOf: (stretch: Stretch) => Promise<string>,
): Promise<string> {
  const digests: string[] = [];
  for (const [, , bytes, offset] of text.matchAll(BYTE_RANGE))
    digests.push(await digestOf({ offset: Number(offset), bytes: Number(bytes) }));
  return text.replace(BYTE_RANGE, (line) => `${line}\n${DIGEST_TAG}${digests.shift()}`);
}

/** What a playlist names, once each: media playlists, or the files of their segments. */
export const namedIn = (text: string, ending: "mp4" | "m3u8"): string[] => [
  ...new Set([...text.matchAll(REFERENCE)].flatMap(([, sha256 = "", end]) => (end === ending ? sha256 : []))),
];

/** The byte ranges that a media playlist of one file tells of, each with its SHA-256. */
export const stretchesOf = (text: string): (Stretch & { sha256: string })[] =>
  [...text.matchAll(DIGESTED)].map(([, , bytes, offset, sha256 = ""]) => ({
    offset: Number(offset),
    bytes: Number(bytes),
    sha256,
  }));

/** The SHA-256 in the address of a file; `null` where there is none. */
export const digestInAddress = (url: string): string | null =>
  /\/([0-9a-f]{64})(?:\.(?:mp4|m3u8))?(?:\?|$)/.exec(url)?.[1] ?? null;
