import { createHash } from "node:crypto";

/** One file that devices may be given of an episode or a session. */
export interface SignedFile {
  /** Of its part in air order, from 1. */
  part: number;
  profile: string;
  sha256: string;
}

/**
 * What a signature is for. Of one file its own SHA-256; of several the SHA-256 of a text in UTF-8: for each file in order
 * of part, then of its profile's name, a line `<part> <profile> <sha256>` and a line feed.
 */
export function digestOf(files: readonly SignedFile[]): string {
  const [only] = files;
  if (only && files.length === 1) return only.sha256;
  const lines = files
    .toSorted((one, other) => one.part - other.part || (one.profile < other.profile ? -1 : 1))
    .map(({ part, profile, sha256 }) => `${part} ${profile} ${sha256}\n`);
  return createHash("sha256").update(lines.join("")).digest("hex");
}
