/** What a `Range` field asks of a file: bytes `start` to `end` inclusive, all of it, or something it does not have. */
export type RangeAnswer = { start: number; end: number } | "whole" | "unsatisfiable";

/**
 * Reads a `Range` field by RFC 9110, section 14.1.2. What cannot be parsed, other units and several ranges at once are
 * answered with the whole file, as section 14.2 allows.
 */
export function readRange(field: string | undefined, bytes: number): RangeAnswer {
  const [, first, last] = /^\s*bytes=\s*([0-9]{0,15})-([0-9]{0,15})\s*$/i.exec(field ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return "whole";
  if (first === "") {
    // A suffix longer than the file is the file.
    const length = Math.min(Number(last), bytes);
    return length === 0 ? "unsatisfiable" : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== "" && Number(last) < start) return "whole";
  return start >= bytes ? "unsatisfiable" : { start, end };
}
