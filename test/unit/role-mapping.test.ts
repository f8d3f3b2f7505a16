import { describe, expect, test } from "vitest";
import type { Grant } from "../../src/people/permissions.ts";
import { grantsOf, problemsOfMapping, type RoleMapping, renewed } from "../../src/people/role-mapping.ts";

const TOWN = "370783112000";
const MAPPING: RoleMapping = [
  { value: "media", role: "editor" },
  { value: "press", role: "editor" },
  { value: "daotian", role: "town-admin", area: TOWN },
];
const editor: Grant = { role: "editor", area: null };
const auditor: Grant = { role: "auditor", area: null };
const ofTown: Grant = { role: "town-admin", area: TOWN };

describe("the mapping of a provider's groups", () => {
  test("gives each role once, and none to other values", () => {
    expect(grantsOf(MAPPING, ["press", "media", "choir", "daotian"])).toEqual([editor, ofTown]);
    expect(grantsOf(MAPPING, ["Media", "daotian-2"])).toEqual([]);
  });

  test.each<[string, unknown, RegExp]>([
    ["nothing at all", [], /fewer/],
    ["a role that there is not", [{ value: "x", role: "boss" }], /^\/0\/role: /],
    ["an empty value", [{ value: "", role: "editor" }], /^\/0\/value: /],
    ["a field too many", [{ value: "x", role: "editor", zone: 1 }], /additional/],
    [
      "a town's admin of no town",
      [{ value: "x", role: "town-admin" }],
      /^\/0\/area: "town-admin" is for one area/,
    ],
    [
      "an area of the whole county's role",
      [{ value: "x", role: "editor", area: TOWN }],
      /for the whole county/,
    ],
    ["an area that is no code", [{ value: "x", role: "town-admin", area: "Daotian" }], /^\/0\/area: /],
  ])("is refused with %s", (_what, mapping, problem) => {
    expect(problemsOfMapping(mapping).join("\n")).toMatch(problem);
  });

  test("is fine as it is meant", () => {
    expect(problemsOfMapping(MAPPING)).toEqual([]);
  });
});

describe("the roles after a sign-in", () => {
  test("are what was given by hand, and what the groups give now", () => {
    expect(renewed([auditor, editor], [editor], [ofTown])).toEqual({
      roles: [auditor, ofTown],
      given: [ofTown],
    });
  });

  test("keep what was given by hand, though the groups gave it as well for a while", () => {
    const during = renewed([editor], [], [editor]);
    expect(during).toEqual({ roles: [editor], given: [] });
    expect(renewed(during.roles, during.given, [])).toEqual({ roles: [editor], given: [] });
  });
});
