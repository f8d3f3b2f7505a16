import type { Contact } from "./contact.ts";
import { MAX_CONTACTS, MAX_ROLE, TELEPHONE_PATTERN } from "./contact.ts";
import { type Problems, readCsvLines, refused, report } from "./csv-lines.ts";

export const CONTACT_COLUMNS = ["code", "role", "telephone"] as const;
const TELEPHONE = new RegExp(TELEPHONE_PATTERN);

/**
 * Reads a file of contacts, see `readCsvLines`, by region in the order of its lines. Nothing is taken unless every line is right.
 * @param isRegion whether there is a region of that code
 * @throws {AppError} `invalid` with the problems by line; `too_large` over the row limit
 */
export function readContactCsv(text: string, isRegion: (code: string) => boolean): Map<string, Contact[]> {
  const problems: Problems = [];
  const contacts = new Map<string, Contact[]>();
  for (const { fields, line } of readCsvLines(text, CONTACT_COLUMNS, problems)) {
    const [code = "", role = "", telephone = ""] = fields;
    if (!isRegion(code)) report(problems, line, `there is no region ${code}`);
    if (role === "" || role.length > MAX_ROLE)
      report(problems, line, `the role has 1 to ${MAX_ROLE} characters`);
    // What is wrong is not repeated: an answer is no place for telephone numbers.
    if (!TELEPHONE.test(telephone))
      report(problems, line, "the telephone is not 3 to 20 digits, blanks and hyphens");
    const before = contacts.get(code) ?? [];
    if (before.length === MAX_CONTACTS)
      report(problems, line, `${code} has more than ${MAX_CONTACTS} contacts`);
    contacts.set(code, [...before, { role, telephone }]);
  }
  if (problems.length > 0) throw refused(problems);
  return contacts;
}
