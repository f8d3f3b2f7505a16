export const PLAYLIST_MIME = "application/vnd.apple.mpegurl";

/** A library file as a playlist names it: by its SHA-256, with the ending that players look at. */
const REFERENCE = /\b([0-9a-f]{64})\.(mp4|m3u8)\b/g;

/** The name by which a playlist points at a file of the library, relative to itself. */
export const playlistReference = (sha256: string, ending: "mp4" | "m3u8"): string => `${sha256}.${ending}`;

/**
 * A playlist whose references carry a permission of their own: a player asks for them without the query of the
 * playlist's own address (RFC 3986, section 5.3).
 * @param sign the query, without `?`, that permits one file
 */
export const signPlaylist = (text: string, sign: (sha256: string) => string): string =>
  text.replace(REFERENCE, (reference, sha256: string) => `${reference}?${sign(sha256)}`);
