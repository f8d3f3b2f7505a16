import { CsvError, parse } from "csv-parse/sync";
import { AppError, type ErrorDetail } from "../errors.ts";
import { problemsOf, type Region, type RegionLine, toRegion } from "./region.ts";

export const REGION_COLUMNS = ["code", "level", "parent", "name", "note"] as const;
export const MAX_REGION_ROWS = 100_000;
const MAX_DETAILS = 100;

type Problems = ErrorDetail[];
interface CsvRecord {
  fields: string[];
  line: number;
}

/**
 * Reads a region file: UTF-8, comma separated (RFC 4180), with or without a byte order mark, its columns in the order
 * of `REGION_COLUMNS`. Nothing is taken unless every line is right.
 * @param isStored whether a code is already in the database
 * @throws {AppError} `invalid` with every problem by line, the first hundred of them; `too_large` over the row limit
 */
export function readRegionCsv(text: string, isStored: (code: string) => boolean): Region[] {
  const problems: Problems = [];
  const lines = readLines(text, problems);
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

function readLines(text: string, problems: Problems): RegionLine[] {
  const [header, ...records] = readRecords(text, problems);
  if (!header) {
    if (problems.length === 0) report(problems, 1, "the file is empty");
    return [];
  }
  if (header.fields.join() !== REGION_COLUMNS.join()) {
    // Anything said about the lines below a wrong header would only hide this.
    throw refused([{ at: `line ${header.line}`, message: `the header must be ${REGION_COLUMNS.join(",")}` }]);
  }
  if (records.length === 0 && problems.length === 0) report(problems, 1, "there is nothing below the header");
  return records.flatMap(({ fields, line }) => {
    // Also inside quotes, where the parser leaves the blanks.
    const [code = "", level = "", parent = "", name = "", note = ""] = fields.map((field) => field.trim());
    if (fields.length === REGION_COLUMNS.length) return { line, code, level, parent, name, note };
    report(problems, line, `there are ${fields.length} columns, not ${REGION_COLUMNS.length}`);
    return [];
  });
}

/** The records up to the first that is not CSV at all, which is reported; what follows it cannot be told apart. */
function readRecords(text: string, problems: Problems): CsvRecord[] {
  const records: CsvRecord[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      // Written out, since the guess from the first line miscounts the lines of a file with mixed endings.
      record_delimiter: ["\r\n", "\n", "\r"],
      on_record: (fields, { lines: line }) => {
        if (records.push({ fields, line }) <= MAX_REGION_ROWS + 1) return null;
        throw new AppError("too_large", `A region file has at most ${MAX_REGION_ROWS} lines.`, {
          hint: "Import one county or city at a time, the upper levels first.",
        });
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    report(problems, typeof error["lines"] === "number" ? error["lines"] : 1, `not CSV: ${error.message}`);
  }
  return records;
}

const report = (problems: Problems, line: number, message: string): void => {
  problems.push({ at: `line ${line}`, message });
};

function refused(problems: Problems): AppError {
  const lineOf = ({ at }: ErrorDetail) => Number(at.slice("line ".length));
  const sorted = problems.toSorted((a, b) => lineOf(a) - lineOf(b));
  const details = sorted.slice(0, MAX_DETAILS);
  const rest = sorted.length - details.length;
  if (rest > 0) details.push({ at: "file", message: `and ${rest} more` });
  return new AppError("invalid", `The region file has ${sorted.length} problem(s); nothing was imported.`, {
    details,
    hint: "Correct the lines and send the whole file again.",
  });
}
