/**
 * A bundle: what the devices of an area need for their coming broadcasts, carried on a stick to where no network reaches.
 * One tar file (POSIX ustar) with these entries, in this order: the key chain, one signed playlist for each device, and
 * every file that they name. Only what is signed is believed; the rest is checked against it.
 */
export const BUNDLE_SUFFIX = ".ccx.tar";
/** `{items: […]}`, as `GET /device/v1/keys?after=0` answers. */
export const BUNDLE_KEYS = "keys.json";
/** The playlist of one device, a compact JWS. */
export const bundledPlaylist = (deviceId: string): string => `playlists/${deviceId}.jws`;
/** A file by the SHA-256 that an item of a playlist names. */
export const bundledMedia = (sha256: string): string => `media/${sha256}`;
