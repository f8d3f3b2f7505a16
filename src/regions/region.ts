import { isRegionCode, levelOf, parentOf, REGION_LEVELS, type RegionLevel } from "../protocol/region-code.ts";

export interface Region {
  /** 12 digits. */
  code: string;
  level: RegionLevel;
  /** `null` for a top region of the table. */
  parent: string | null;
  name: string;
  note: string;
}

/** One line of a region file, as text. */
export interface RegionLine {
  line: number;
  code: string;
  level: string;
  parent: string;
  name: string;
  note: string;
}

const NAME_MAX_LENGTH = 100;
const NOTE_MAX_LENGTH = 500;

/**
 * All that is wrong with one line, apart from what other lines say. An empty parent is right only for a region at the
 * top of everything known: left out by mistake, it would cut a branch off the tree.
 * @param isKnown whether a code is in the file or already in the database
 */
export function problemsOf(row: RegionLine, isKnown: (code: string) => boolean): string[] {
  const problems: string[] = [];
  if (row.name === "") problems.push("the name is empty");
  if (row.name.length > NAME_MAX_LENGTH)
    problems.push(`the name is longer than ${NAME_MAX_LENGTH} characters`);
  if (row.note.length > NOTE_MAX_LENGTH)
    problems.push(`the note is longer than ${NOTE_MAX_LENGTH} characters`);
  if (!isRegionCode(row.code)) {
    // Spreadsheets turn long numbers into 3.70783E+11: the commonest way to break this column.
    return [
      `the code "${row.code}" is not 12 digits beginning 1-9 (is the column formatted as text?)`,
      ...problems,
    ];
  }
  const level = levelOf(row.code);
  if (row.level !== level) problems.push(levelProblem(row, level));
  const parent = parentOf(row.code);
  if (row.parent === "") {
    if (parent !== null && isKnown(parent)) problems.push(`the parent is empty, but should be ${parent}`);
  } else if (parent === null) {
    problems.push(`a province has no parent, but "${row.parent}" is given`);
  } else if (row.parent !== parent) {
    problems.push(`the parent of ${row.code} is ${parent}, not "${row.parent}"`);
  } else if (!isKnown(parent)) {
    problems.push(`the parent ${parent} is neither in the file nor in the database`);
  }
  return problems;
}

function levelProblem({ code, level }: RegionLine, expected: RegionLevel): string {
  return REGION_LEVELS.some((known) => known === level)
    ? `${code} is a ${expected}, not a ${level}`
    : `the level "${level}" is none of ${REGION_LEVELS.join(", ")}`;
}

/** The region a faultless line stands for. */
export const toRegion = ({ code, parent, name, note }: RegionLine): Region => ({
  code,
  level: levelOf(code),
  parent: parent === "" ? null : parent,
  name,
  note,
});
