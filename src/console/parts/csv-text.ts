/** As the server's own CSV files (RFC 4180): a cell that a spreadsheet would take for a formula begins with an apostrophe (OWASP). */
const cellOf = (text: string) => `"${text.replace(/^(?=[=+\-@\t\r\n＝＋－＠])/, "'").replaceAll('"', '""')}"`;

export const csvText = (rows: readonly string[][]): string =>
  rows.map((row) => `${row.map(cellOf).join()}\r\n`).join("");
