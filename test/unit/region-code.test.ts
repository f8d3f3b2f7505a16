import { describe, expect, test } from "vitest";
import {
  authorityOf,
  codeRange,
  isWithin,
  outermost,
  selfAndAncestors,
} from "../../src/protocol/region-code.ts";

describe("administrative codes", () => {
  test("give their ancestry by prefix, nearest first", () => {
    expect(selfAndAncestors("370783112201")).toEqual([
      "370783112201",
      "370783112000",
      "370783000000",
      "370700000000",
      "370000000000",
    ]);
  });

  test("of a city without counties name no region twice", () => {
    expect(selfAndAncestors("441900003000")).toEqual(["441900003000", "441900000000", "440000000000"]);
  });

  test("a range holds exactly what is within", () => {
    const { from, before } = codeRange("370783112000");
    const inRange = (code: string) => from <= code && code < before;
    for (const code of ["370783112000", "370783112999", "370783113000", "370783111999", "370783000000"]) {
      expect([code, inRange(code)]).toEqual([code, isWithin(code, "370783112000")]);
    }
  });

  test("the authority over several areas is that of the highest", () => {
    expect(authorityOf(["370783112201", "370783109000"])).toBe("town");
    expect(authorityOf(["370783112201"])).toBe("village");
    expect(authorityOf(["370000000000", "370783000000"])).toBe("province");
    expect(authorityOf([])).toBe("county");
  });

  test("outermost leaves out what lies inside another, and doubles", () => {
    expect(outermost(["370783112201", "370783112000", "370783109000", "370783109000"])).toEqual([
      "370783109000",
      "370783112000",
    ]);
  });
});
