import { signMediaPath } from "../media/signed-url.ts";

/** Devices may ask a little after what the signature was made for: a slow link, a clock that is off. */
const MARGIN_MS = 60 * 60 * 1000;

export type MediaLinks = (sha256: string, expiresAt: number) => string;

interface Options {
  secret: string;
  publicUrl: string | null;
  /** A CDN or a bucket in front of, or beside, the library. */
  base: { url: string; layout: "origin" | "bucket" } | null;
}

/**
 * Signed addresses of renditions that any cache or CDN can serve. Relative without a public URL: devices resolve them
 * against the server they enrolled with.
 */
export function createMediaLinks({ secret, publicUrl, base }: Options): MediaLinks {
  return (sha256, expiresAt) => {
    // A bucket has the library's own layout, and rules of its own about who may read it.
    if (base?.layout === "bucket") return `${base.url}/${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`;
    const path = signMediaPath(secret, sha256, Math.ceil((expiresAt + MARGIN_MS) / 1000));
    return (base?.url ?? publicUrl ?? "") + path;
  };
}
