import { invalid } from "../errors.ts";

const MAX_CHARACTERS = 200;
/** Control characters, and the bidirectional overrides and isolates that make one name look like another (UAX #9). */
const DECEIVING = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u;

/**
 * What an upload is called: the last part of what a browser or script said, without its folders. Nothing is ever stored
 * or run under this name; people read it, in tables and logs.
 * @param at where it was said
 * @throws {AppError} `invalid` when people would not read what is there
 */
export function fileNameOf(said: string, at: string): string {
  const last = (said.split(/[\\/]/).at(-1) ?? "").trim();
  if (DECEIVING.test(last)) {
    throw invalid(
      at,
      "The file's name holds characters that cannot be seen, or that change how the others are read.",
      "Rename the file with letters, digits, spaces and hyphens, then upload it again.",
    );
  }
  return last.slice(0, MAX_CHARACTERS).toWellFormed() || "recording";
}
