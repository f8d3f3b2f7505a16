import { sha256 } from "@noble/hashes/sha2.js";

/**
 * A worker, so that the page goes on while a file of gigabytes is read: gets one file, tells how far it is, and its
 * SHA-256 at the end. The browser's own digest wants all of a file in memory, and works over HTTPS only.
 */

const CHUNK_BYTES = 4 * 1024 * 1024;

/** @param {File} file */
async function digest(file) {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    hash.update(new Uint8Array(await file.slice(at, at + CHUNK_BYTES).arrayBuffer()));
    postMessage({ readBytes: Math.min(file.size, at + CHUNK_BYTES) });
  }
  return [...hash.digest()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

addEventListener("message", ({ data: file }) => {
  digest(file).then(
    (found) => postMessage({ sha256: found }),
    () => postMessage({ unreadable: true }),
  );
});
