import { type Problems, readCsvLines, refused, report } from "./csv-lines.ts";
import { problemsOf, type Region, toRegion } from "./region.ts";

export const REGION_COLUMNS = ["code", "level", "parent", "name", "note"] as const;

/**
 * Reads a region file, see `readCsvLines`. Nothing is taken unless every line is right.
 * @param isStored whether a code is already in the database
 * @throws {AppError} `invalid` with the problems by line; `too_large` over the row limit
 */
export function readRegionCsv(text: string, isStored: (code: string) => boolean): Region[] {
  const problems: Problems = [];
  const lines = readCsvLines(text, REGION_COLUMNS, problems).map(({ fields, line }) => {
    const [code = "", level = "", parent = "", name = "", note = ""] = fields;
    return { line, code, level, parent, name, note };
  });
  const firstLineOf = new Map<string, number>();
  for (const { code, line } of lines) {
    const first = firstLineOf.get(code);
    if (first === undefined) firstLineOf.set(code, line);
    else report(problems, line, `the code ${code} is already on line ${first}`);
  }
  const isKnown = (code: string) => firstLineOf.has(code) || isStored(code);
  for (const row of lines) {
    for (const problem of problemsOf(row, isKnown)) report(problems, row.line, problem);
  }
  if (problems.length > 0) throw refused(problems);
  return lines.map(toRegion);
}
