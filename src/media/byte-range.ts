/** Bytes `start` to `end` of a file, inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What a `Range` field asks of a file: parts of it in ascending order, all of it, or only what it does not have. */
export type RangeAnswer = ByteRange[] | "whole" | "unsatisfiable";

/** More parts than any player asks for cost more than the file (RFC 9110, section 17.15). */
const MAX_RANGES = 16;

/**
 * Reads a `Range` field by RFC 9110, section 14. What cannot be parsed, other units and very many ranges are answered
 * with the whole file, as section 14.2 allows; ranges that overlap or touch become one, as section 15.3.7.2 advises.
 */
export function readRange(field: string | undefined, bytes: number): RangeAnswer {
  const [, list] = /^\s*bytes\s*=(.*)$/i.exec(field ?? "") ?? [];
  if (list === undefined) return "whole";
  const specs = list.split(",").filter((spec) => spec.trim() !== "");
  if (specs.length === 0 || specs.length > MAX_RANGES) return "whole";
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const range = readSpec(spec, bytes);
    if (range === "invalid") return "whole";
    if (range !== "unsatisfiable") ranges.push(range);
  }
  return ranges.length === 0 ? "unsatisfiable" : coalesce(ranges);
}

function readSpec(spec: string, bytes: number): ByteRange | "invalid" | "unsatisfiable" {
  const [, first, last] = /^\s*([0-9]{0,15})-([0-9]{0,15})\s*$/.exec(spec) ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return "invalid";
  if (first === "") {
    // A suffix longer than the file is the file.
    const length = Math.min(Number(last), bytes);
    return length === 0 ? "unsatisfiable" : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return "invalid";
  return start >= bytes
    ? "unsatisfiable"
    : { start, end: last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1) };
}

/** In ascending order, those joined that overlap or touch. */
export function coalesce(ranges: readonly ByteRange[]): ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end + 1) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}
