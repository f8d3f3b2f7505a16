/** Excel takes UTF-8 for what it is by this alone. */
export const BOM = "\uFEFF";

/** A cell that begins like a formula would be run by a spreadsheet, and the signs' full-width forms by one for Chinese (OWASP). */
const harmless = (text: string): string => (/^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text);
const csvCell = (text: string): string => `"${harmless(text).replaceAll('"', '""')}"`;

/** One line of a CSV file (RFC 4180), every cell quoted. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join()}\r\n`;
