import fc from "fast-check";
import { expect, test } from "vitest";
import { csvText } from "../../src/console/parts/csv-text.ts";
import { csvLine } from "../../src/http/csv.ts";

test("a cell that begins like a formula is text to a spreadsheet, whatever it begins with", () => {
  for (const sign of ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
    expect(csvLine([`${sign}1+1`])).toBe(`"'${sign}1+1"\r\n`);
});

test("any other cell is as it is, its quotes doubled", () => {
  expect(csvLine(["稻田镇 = 1", 'say "yes"', "a,b", ""])).toBe('"稻田镇 = 1","say ""yes""","a,b",""\r\n');
});

test("what the browser saves is what the server would send", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom("=", "＝", "-", "\n", '"', ",", "'", "稻") })),
      (row) => {
        expect(csvText([row, ["@sum"]])).toBe(csvLine(row) + csvLine(["@sum"]));
      },
    ),
  );
});
