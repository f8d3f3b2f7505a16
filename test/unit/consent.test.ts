import { expect, test } from "vitest";
import { consentGaps, isCovered } from "../../src/consents/consent.ts";

let ids = 0;
const held = (segment: string | null, person: string | null, validUntil: string | null) => {
  ids += 1;
  return { id: String(ids), segment, person, validUntil, renews: null as string | null };
};
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

test("an erased one keeps its segment off the air, whatever it covered, until another one took its place", () => {
  const erased = held("红色记忆", null, null);
  const gap = [{ segment: "红色记忆", problem: "erased" }];
  expect(consentGaps([erased], ["红色记忆"], DAY)).toEqual(gap);
  const another = held("红色记忆", "乙", null);
  expect(consentGaps([erased, another], [], DAY)).toEqual(gap);
  expect(consentGaps([erased, { ...another, renews: erased.id }], [], DAY)).toEqual([]);
  // Erased in its turn, that is what has to be made up for.
  const again = { ...held("红色记忆", null, null), renews: erased.id };
  expect(consentGaps([erased, again], [], DAY)).toEqual(gap);
});

test("one is covered by another of the same person in the same segment that lasts as long", () => {
  const consent = held("红色记忆", "甲", DAY);
  expect(isCovered(consent, [consent])).toBe(false);
  expect(isCovered(consent, [consent, held("红色记忆", "甲 ", DAY)])).toBe(true);
  expect(isCovered(consent, [consent, held("红色记忆", "甲", null)])).toBe(true);
  for (const other of [
    held("红色记忆", "甲", "2026-12-14"),
    held("红色记忆", "乙", null),
    held("党建聚焦", "甲", null),
    held("红色记忆", null, null),
  ])
    expect(isCovered(consent, [consent, other])).toBe(false);
  expect(isCovered(held("红色记忆", "甲", null), [held("红色记忆", "甲", DAY)])).toBe(false);
});
