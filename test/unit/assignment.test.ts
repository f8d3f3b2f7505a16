import { describe, expect, test } from "vitest";
import { type AirDate, assignNextApproved } from "../../src/broadcasts/assignment.ts";
import type { Content } from "../../src/programmes/content.ts";

const episode = (number: number): Content => ({
  kind: "episode",
  id: `e${number}`,
  programmeId: "p",
  number,
  title: `${number}`,
  parts: [],
});
const open = (date: string): AirDate => ({ date, fixed: null });
const numbers = (assigned: Map<string, Content | null>) =>
  [...assigned.values()].map((content) => content?.number ?? null);

describe("next approved in order", () => {
  test("each date gets the next, and dates beyond the supply get nothing", () => {
    const dates = ["2026-12-01", "2026-12-15", "2027-01-01"].map(open);
    expect(numbers(assignNextApproved(dates, [episode(42), episode(43)], 41))).toEqual([42, 43, null]);
  });

  test("what has aired before is not aired again", () => {
    expect(numbers(assignNextApproved([open("2026-12-01")], [episode(40), episode(41)], 41))).toEqual([null]);
  });

  test("a date that is under way keeps its content, and the next date goes on after it", () => {
    const dates = [{ date: "2026-12-01", fixed: { contentId: "e42", number: 42 } }, open("2026-12-15")];
    expect(numbers(assignNextApproved(dates, [episode(41), episode(42), episode(43)], 40))).toEqual([42, 43]);
  });

  test("a gap in the numbers is stepped over", () => {
    const dates = ["2026-12-01", "2026-12-15"].map(open);
    expect(numbers(assignNextApproved(dates, [episode(42), episode(45)], 41))).toEqual([42, 45]);
  });
});
