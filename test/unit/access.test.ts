import { expect, test } from "vitest";
import { inOneHandSince } from "../../src/people/access.ts";

test("two accounts are in one hand until the last way between them has settled", () => {
  const given = [
    { userId: "puppet", givenBy: "between", at: 9 },
    { userId: "puppet", givenBy: "admin", at: 1 },
    { userId: "between", givenBy: "second", at: 2 },
    { userId: "second", givenBy: "admin", at: 7 },
    { userId: "between", givenBy: "third", at: 8 },
    { userId: "third", givenBy: "second", at: 6 },
  ];
  expect(inOneHandSince("puppet", "admin", given)).toBe(6);
  expect(inOneHandSince("admin", "puppet", given.toReversed())).toBe(6);
  expect(inOneHandSince("puppet", "nobody", given)).toBeNull();
});
