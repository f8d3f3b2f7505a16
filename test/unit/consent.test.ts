import { expect, test } from "vitest";
import { consentGaps } from "../../src/consents/consent.ts";

const held = (segment: string | null, person: string, validUntil: string | null) => ({
  segment,
  person,
  validUntil,
});
const DAY = "2026-12-15";

test("a segment that has to have a consent has one; others may do without", () => {
  expect(consentGaps([], ["身边榜样"], DAY)).toEqual([{ segment: "身边榜样", problem: "missing" }]);
  expect(consentGaps([held("身边榜样", "甲", null)], ["身边榜样"], DAY)).toEqual([]);
  expect(consentGaps([], [], DAY)).toEqual([]);
});

test("everybody's covers the day, to the last one; a renewal covers what the one before does not", () => {
  expect(consentGaps([held("身边榜样", "甲", DAY)], [], DAY)).toEqual([]);
  const expired = held("红色记忆", "甲", "2026-12-14");
  expect(consentGaps([expired], [], DAY)).toEqual([{ segment: "红色记忆", problem: "expired" }]);
  expect(consentGaps([expired, held("红色记忆", " 甲 ", "2027-12-14")], [], DAY)).toEqual([]);
  expect(consentGaps([expired, held("红色记忆", "甲", null)], [], DAY)).toEqual([]);
  // Another person's, or in another segment, is another consent.
  expect(consentGaps([expired, held("红色记忆", "乙", null)], [], DAY)).toHaveLength(1);
  expect(consentGaps([expired, held("党建聚焦", "甲", null)], [], DAY)).toHaveLength(1);
  expect(consentGaps([held(null, "主讲人", "2026-01-01")], [], DAY)).toEqual([
    { segment: null, problem: "expired" },
  ]);
});
