import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

/** In any JavaScript, a browser's too. */
export const sha256Hex = (content: string | Uint8Array): string =>
  bytesToHex(sha256(typeof content === "string" ? utf8ToBytes(content) : content));

/** A number that is even over all texts: the first 32 bits of the digest. */
export const firstUint32 = (text: string): number =>
  new DataView(sha256(utf8ToBytes(text)).buffer).getUint32(0);
