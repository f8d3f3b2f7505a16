import { describe, expect, test } from "vitest";
import { type AirDate, type AirHistory, assignContent } from "../../src/broadcasts/assignment.ts";
import type { Content } from "../../src/programmes/content.ts";
import type { ContentPolicy } from "../../src/schedules/schedule.ts";

const episode = (number: number): Content => ({
  kind: "episode",
  id: `e${number}`,
  programmeId: "p",
  number,
  title: `${number}`,
  segments: [],
  approvedAt: 0,
  parts: [],
});
const open = (date: string): AirDate => ({ date, fixed: null });
const dates = ["2026-12-01", "2026-12-15", "2027-01-01"].map(open);

function assign(
  policy: ContentPolicy,
  days: AirDate[],
  numbers: number[],
  lastNumber: number,
  history: Partial<AirHistory> = {},
): (string | null)[] {
  const assigned = assignContent(policy, days, numbers.map(episode), {
    lastNumber,
    last: lastNumber > 0 ? { id: `e${lastNumber}`, number: lastNumber } : null,
    chosen: new Set(),
    ...history,
  });
  return [...assigned.values()].map(
    (each) => each && (each.by === "policy" ? each.content.id : `(${each.content.id})`),
  );
}

describe("next approved in order", () => {
  const inOrder: ContentPolicy = { policy: "next-approved" };

  test("each date gets the next, and dates beyond the supply get nothing", () => {
    expect(assign(inOrder, dates, [42, 43], 41)).toEqual(["e42", "e43", null]);
  });

  test("what has aired before is not aired again", () => {
    expect(assign(inOrder, [open("2026-12-01")], [40, 41], 41)).toEqual([null]);
  });

  test("a date that is under way keeps its content, and the next date goes on after it", () => {
    const underWay = [{ date: "2026-12-01", fixed: episode(42) }, open("2026-12-15")];
    expect(assign(inOrder, underWay, [41, 42, 43], 40)).toEqual(["e42", "e43"]);
  });

  test("a gap in the numbers is stepped over, and it may begin late", () => {
    expect(assign(inOrder, dates.slice(0, 2), [42, 45], 41)).toEqual(["e42", "e45"]);
    expect(assign({ ...inOrder, fromNumber: 43 }, dates.slice(0, 2), [42, 43, 45], 0)).toEqual([
      "e43",
      "e45",
    ]);
  });

  test("what was chosen for some date has had its turn", () => {
    expect(assign(inOrder, dates.slice(0, 2), [42, 43, 44], 41, { chosen: new Set(["e43"]) })).toEqual([
      "e42",
      "e44",
    ]);
  });
});

describe("other policies", () => {
  test("the latest", () => {
    expect(assign({ policy: "latest-approved" }, dates, [41, 43], 43)).toEqual(["e43", "e43", "e43"]);
    expect(assign({ policy: "latest-approved" }, dates, [], 0)).toEqual([null, null, null]);
  });

  test("one item, once it is approved", () => {
    expect(assign({ policy: "item", contentId: "e42" }, dates, [41, 42], 0)).toEqual(["e42", "e42", "e42"]);
    expect(assign({ policy: "item", contentId: "e42" }, dates, [41], 0)).toEqual([null, null, null]);
  });

  test("in rotation, on from the last one and past what is not approved", () => {
    const rotation: ContentPolicy = { policy: "rotation", contentIds: ["e3", "e1", "e2"] };
    expect(assign(rotation, dates, [1, 2, 3], 0)).toEqual(["e3", "e1", "e2"]);
    expect(assign(rotation, dates, [1, 2, 3], 1)).toEqual(["e2", "e3", "e1"]);
    expect(assign(rotation, dates, [1, 3], 0)).toEqual(["e3", "e1", "e3"]);
    expect(assign({ policy: "rotation" }, dates, [1, 2], 2)).toEqual(["e1", "e2", "e1"]);
    expect(assign(rotation, dates, [7], 0)).toEqual([null, null, null]);
    // The last one has lost its approval.
    expect(assign(rotation, dates, [1, 3], 2)).toEqual(["e3", "e1", "e3"]);
    expect(assign({ policy: "rotation", contentIds: ["e1", "e2", "e3"] }, dates, [1, 3], 2)).toEqual([
      "e3",
      "e1",
      "e3",
    ]);
    expect(assign({ policy: "rotation" }, dates, [1, 3], 2)).toEqual(["e3", "e1", "e3"]);
  });
});

describe("when nothing is approved", () => {
  const policy = "next-approved";

  test("the last is repeated, and the order goes on later", () => {
    expect(assign({ policy, fallback: "repeat-last" }, dates, [41, 42], 41)).toEqual([
      "e42",
      "(e42)",
      "(e42)",
    ]);
    expect(assign({ policy, fallback: "repeat-last" }, dates, [41], 41)).toEqual(["(e41)", "(e41)", "(e41)"]);
  });

  test("a standing programme steps in, if it is approved itself", () => {
    const standing: ContentPolicy = { policy, fallback: "standing", standingContentId: "e1" };
    expect(assign(standing, dates, [1, 42], 41)).toEqual(["e42", "(e1)", "(e1)"]);
    expect(assign(standing, dates, [42], 41)).toEqual(["e42", null, null]);
  });

  test("or there is silence", () => {
    expect(assign({ policy, fallback: "silence" }, dates, [41], 41)).toEqual([null, null, null]);
  });
});
