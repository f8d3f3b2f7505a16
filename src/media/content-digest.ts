import { invalid } from "../errors.ts";

const SHA256_BYTES = 32;
const HINT = "Send the header as `sha-256=:<base64 of the 32 bytes>:` (RFC 9530), or leave it out.";

/** A member of a structured dictionary whose value is a byte sequence (RFC 8941, sections 3.2 and 3.3.5). */
const MEMBER = /^\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:;[^,]*)?\s*$/;

/**
 * The SHA-256 that a `Content-Digest` or `Repr-Digest` field (RFC 9530) declares, as lower-case hex; `undefined`
 * when the field is absent or lists other algorithms only, which a recipient may ignore.
 * @throws {AppError} `invalid`, naming the header
 */
export function parseDigestHeader(header: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  let sha256: string | undefined;
  for (const member of value.split(",")) {
    const [, algorithm, base64] = MEMBER.exec(member) ?? [];
    if (algorithm === undefined || base64 === undefined) {
      throw invalid(header, `The ${header} header is not a list of digests: "${value.slice(0, 200)}".`, HINT);
    }
    if (algorithm !== "sha-256") continue;
    const bytes = Buffer.from(base64, "base64");
    if (bytes.length !== SHA256_BYTES) {
      throw invalid(
        header,
        `The sha-256 in the ${header} header has ${bytes.length} bytes; it must have 32.`,
        HINT,
      );
    }
    sha256 = bytes.toString("hex");
  }
  return sha256;
}

/** The field value that declares this SHA-256 (lower-case hex). */
export const digestHeader = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`;
