import { csvText } from "./csv-text.ts";

/** Lets the browser save rows as CSV, with the mark by which spreadsheets know UTF-8. */
export function saveTable(name: string, rows: readonly string[][]): void {
  const url = URL.createObjectURL(new Blob(["\uFEFF", csvText(rows)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
