import { CsvError, parse } from "csv-parse/sync";
import { AppError, type ErrorDetail } from "../errors.ts";

export const MAX_CSV_ROWS = 100_000;
const MAX_DETAILS = 100;

export type Problems = ErrorDetail[];
export interface CsvLine {
  /** Without blanks around them, as many as there are columns. */
  fields: string[];
  /** From 1, in the file. */
  line: number;
}

/**
 * The lines below the header of a file: UTF-8, comma separated (RFC 4180), with or without a byte order mark, its columns in
 * the order of `columns`. Lines that are not so are reported and left out.
 * @throws {AppError} `invalid` for another header; `too_large` over the row limit
 */
export function readCsvLines(text: string, columns: readonly string[], problems: Problems): CsvLine[] {
  const [header, ...records] = readRecords(text, problems);
  if (!header) {
    if (problems.length === 0) report(problems, 1, "the file is empty");
    return [];
  }
  if (header.fields.join() !== columns.join()) {
    // Anything said about the lines below a wrong header would only hide this.
    throw refused([{ at: `line ${header.line}`, message: `the header must be ${columns.join(",")}` }]);
  }
  if (records.length === 0 && problems.length === 0) report(problems, 1, "there is nothing below the header");
  return records.flatMap(({ fields, line }) => {
    // Also inside quotes, where the parser leaves the blanks.
    if (fields.length === columns.length) return { line, fields: fields.map((field) => field.trim()) };
    report(problems, line, `there are ${fields.length} columns, not ${columns.length}`);
    return [];
  });
}

/** The records up to the first that is not CSV at all, which is reported; what follows it cannot be told apart. */
function readRecords(text: string, problems: Problems): CsvLine[] {
  const records: CsvLine[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      // Written out, since the guess from the first line miscounts the lines of a file with mixed endings.
      record_delimiter: ["\r\n", "\n", "\r"],
      on_record: (fields, { lines: line }) => {
        if (records.push({ fields, line }) <= MAX_CSV_ROWS + 1) return null;
        throw new AppError("too_large", `A file has at most ${MAX_CSV_ROWS} lines.`, {
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

export const report = (problems: Problems, line: number, message: string): void => {
  problems.push({ at: `line ${line}`, message });
};

/** Every problem by line, the first hundred of them. */
export function refused(problems: Problems): AppError {
  const lineOf = ({ at }: ErrorDetail) => Number(at.slice("line ".length));
  const sorted = problems.toSorted((a, b) => lineOf(a) - lineOf(b));
  const details = sorted.slice(0, MAX_DETAILS);
  const rest = sorted.length - details.length;
  if (rest > 0) details.push({ at: "file", message: `and ${rest} more` });
  return new AppError("invalid", `The file has ${sorted.length} problem(s); nothing was imported.`, {
    details,
    hint: "Correct the lines and send the whole file again.",
  });
}
