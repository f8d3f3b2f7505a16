import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { AppError, diskFull, isDiskFull } from "../errors.ts";
import { refused } from "./refusal.ts";

/** What an upload's bytes are held to. */
export interface IntakeRules {
  maxBytes: number;
  declaredBytes?: number | undefined;
  /** Lower-case hex. */
  declaredSha256?: string | undefined;
  /** Told of each chunk before it is written, with the bytes so far; what it throws ends the upload. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Counts and hashes what passes through `stream`; `finish` compares it with what was declared.
 * @throws {AppError} `too_large` at once when that much was declared, else while it streams; `invalid` from `finish`
 */
export function createMeter({ maxBytes, declaredBytes, declaredSha256, onBytes }: IntakeRules) {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(tooLarge(maxBytes));
      try {
        onBytes?.(bytes);
      } catch (error) {
        return done(error as Error);
      }
      hash.update(chunk);
      done(null, chunk);
    },
  });
  checkSize(declaredBytes, maxBytes);
  return {
    stream,
    bytes: () => bytes,
    finish() {
      checkLength(bytes, declaredBytes);
      const sha256 = hash.digest("hex");
      checkDigest(sha256, declaredSha256);
      return { sha256, bytes };
    },
  };
}

function checkLength(bytes: number, declaredBytes: number | undefined): void {
  if (bytes === 0) throw refused("The upload is empty.", "Send the file itself as the request body.");
  if (declaredBytes === undefined || bytes === declaredBytes) return;
  throw refused(`The upload has ${bytes} bytes, but ${declaredBytes} were declared.`, "Upload it again.");
}

/** @throws {AppError} `invalid` when another SHA-256 was declared */
export function checkDigest(sha256: string, declared: string | undefined): void {
  if (declared === undefined || declared.toLowerCase() === sha256) return;
  throw refused(
    `The upload's SHA-256 is ${sha256}, but ${declared} was declared.`,
    "The file changed on its way: upload it again.",
  );
}

/** @throws {AppError} `too_large` */
export function checkSize(declaredBytes: number | undefined, maxBytes: number): void {
  if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge(maxBytes);
}

function tooLarge(maxBytes: number): AppError {
  const message = `The upload is larger than the ${maxBytes} bytes allowed.`;
  return new AppError("too_large", message, {
    hint: "Send a compressed copy (MP3 or M4A at 128 kbit/s is plenty for speech), or ask the administrator for more.",
    details: [{ at: "body", message }],
  });
}

/** What went wrong with the stream or the disk, as the uploader should read it. */
export function explainIntakeError(
  error: unknown,
  bytes: number,
  declaredBytes: number | undefined,
): unknown {
  if (error instanceof AppError) return error;
  const name = error instanceof Error ? error.name : "";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (isDiskFull(error)) return diskFull(error);
  if (name === "AbortError" || code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE") {
    const of = declaredBytes === undefined ? "" : ` of ${declaredBytes}`;
    return refused(`The upload was cut off after ${bytes}${of} bytes.`, "Upload it again.");
  }
  return error;
}
