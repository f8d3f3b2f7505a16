import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError, type ErrorDetail } from "../../src/errors.ts";
import { levelOf, parentOf, selfAndAncestors } from "../../src/protocol/region-code.ts";
import { MAX_CSV_ROWS } from "../../src/regions/csv-lines.ts";
import { readRegionCsv } from "../../src/regions/region-csv.ts";

const HEADER = "code,level,parent,name,note";
const nothingStored = () => false;
const read = (rows: string[], isStored: (code: string) => boolean = nothingStored) =>
  readRegionCsv([HEADER, ...rows].join("\n"), isStored);

function refusal(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
const detailsOf = (rows: string[], isStored?: (code: string) => boolean): ErrorDetail[] =>
  refusal(() => read(rows, isStored)).details ?? [];

const COUNTY = "370783000000,county,,寿光市,";
const TOWN = "370783112000,town,370783000000,稻田镇,";

describe("a good file", () => {
  test("gives its regions, the top one without a parent", () => {
    expect(read([COUNTY, `370783112000,town,370783000000," 稻田镇 ","种子, ""之乡"""`])).toEqual([
      { code: "370783000000", level: "county", parent: null, name: "寿光市", note: "" },
      { code: "370783112000", level: "town", parent: "370783000000", name: "稻田镇", note: '种子, "之乡"' },
    ]);
  });

  test("may carry a byte order mark, CRLF and empty lines, and be in any order", () => {
    const regions = readRegionCsv(`\uFEFF${HEADER}\r\n${TOWN}\r\n\r\n${COUNTY}\r\n`, nothingStored);
    expect(regions.map(({ name }) => name)).toEqual(["稻田镇", "寿光市"]);
  });

  test("may hang below what is stored already", () => {
    expect(read([TOWN], (code) => code === "370783000000")).toHaveLength(1);
  });
});

describe("a bad file is refused", () => {
  test.each<[string, string, RegExp]>([
    ["a code that is no code", "37078311,town,370783000000,稻田镇,", /12 digits/],
    ["a code that a spreadsheet rounded", "3.70783E+11,county,,寿光市,", /formatted as text/],
    [
      "a level that is not the code's",
      "370783112000,village,370783000000,稻田镇,",
      /is a town, not a village/,
    ],
    ["an unknown level", "370783112000,hamlet,370783000000,稻田镇,", /"hamlet" is none of/],
    ["a foreign parent", "370783112000,town,370784000000,稻田镇,", /parent of 370783112000 is 370783000000/],
    [
      "a parent that is nowhere",
      "370784112000,town,370784000000,某镇,",
      /neither in the file nor in the database/,
    ],
    ["a forgotten parent", "370783112000,town,,稻田镇,", /parent is empty, but should be 370783000000/],
    ["a province with a parent", "370000000000,province,100000000000,山东省,", /province has no parent/],
    ["an empty name", "370783112000,town,370783000000, ,", /name is empty/],
    ["a code twice", "370783000000,county,,寿光,", /already on line 2/],
    ["a missing column", "370783112000,town,370783000000,稻田镇", /4 columns, not 5/],
    ["a broken quote", '370783112000,town,370783000000,稻"田镇,', /not CSV/],
  ])("%s", (_name, row, message) => {
    expect(detailsOf([COUNTY, row])).toEqual([{ at: "line 3", message: expect.stringMatching(message) }]);
  });

  test("with every problem, by line", () => {
    expect(detailsOf([COUNTY, "1,town,,,", "370783112000,village,370783000000,,"])).toEqual([
      { at: "line 3", message: expect.stringContaining("12 digits") },
      { at: "line 3", message: "the name is empty" },
      { at: "line 4", message: "the name is empty" },
      { at: "line 4", message: "370783112000 is a town, not a village" },
    ]);
  });

  test("naming a hundred problems and counting the rest", () => {
    const details = detailsOf(Array.from({ length: 130 }, (_, index) => `${index},town,,名,`));
    expect(details).toHaveLength(101);
    expect(details.at(-1)).toEqual({ at: "file", message: "and 30 more" });
  });

  test.each([
    ["nothing", "", /empty/],
    ["another header", "code,name\n1,2", /header must be code,level,parent,name,note/],
    ["a header alone", `${HEADER}\n`, /nothing below/],
  ])("when it holds %s", (_name, text, message) => {
    const error = refusal(() => readRegionCsv(text, nothingStored));
    expect(error).toMatchObject({
      code: "invalid",
      details: [{ at: "line 1", message: expect.stringMatching(message) }],
    });
  });

  test("when it is longer than a province's", () => {
    const rows = Array.from({ length: MAX_CSV_ROWS + 1 }, () => COUNTY);
    expect(refusal(() => read(rows)).code).toBe("too_large");
  });
});

test("any tree of well-formed codes is read back whole; without its top level each child is reported", () => {
  const village = fc
    .integer({ min: 11, max: 98 })
    .chain((province) =>
      fc.nat({ max: 9_999_999_999 }).map((rest) => `${province}${`${rest}`.padStart(10, "0")}`),
    );
  fc.assert(
    fc.property(fc.uniqueArray(village, { minLength: 1, maxLength: 30 }), (codes) => {
      const tree = [...new Set(codes.flatMap(selfAndAncestors))];
      const rows = tree.map((code) => `${code},${levelOf(code)},${parentOf(code) ?? ""},名,`);
      expect(read(rows).map(({ code, level, parent }) => ({ code, level, parent }))).toEqual(
        tree.map((code) => ({ code, level: levelOf(code), parent: parentOf(code) })),
      );
      const headless = rows.filter((row) => !row.includes(",province,"));
      const orphans = tree.filter(
        (code) => levelOf(parentOf(code) ?? code) === "province" && parentOf(code) !== null,
      );
      fc.pre(orphans.length > 0 && orphans.length <= 100);
      expect(detailsOf(headless)).toHaveLength(orphans.length);
    }),
  );
});
