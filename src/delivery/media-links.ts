import { signMediaPath } from "../media/signed-url.ts";

/** Devices may ask a little after what the signature was made for: a slow link, a clock that is off. */
const MARGIN_MS = 60 * 60 * 1000;

/**
 * Signed addresses of renditions that any cache or CDN can serve. Relative without a public URL: devices resolve them
 * against the server they enrolled with.
 */
export function createMediaLinks({ secret, publicUrl }: { secret: string; publicUrl: string | null }) {
  return (sha256: string, expiresAt: number): string => {
    const path = signMediaPath(secret, sha256, Math.ceil((expiresAt + MARGIN_MS) / 1000));
    return publicUrl === null ? path : publicUrl + path;
  };
}
