import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE_MS, SECOND_MS } from "../../src/clock.ts";
import { comingOrGoing, isUnstable, type Unrest, unrestAt } from "../../src/devices/flapping.ts";
import { judgeOutages, type Line, type Outage } from "../../src/outages/outage.ts";

const NOW = Date.UTC(2026, 11, 1);
const TOWN = "370783112000";
const OTHER_TOWN = "370783109000";
const COUNTY = "370783000000";

/** A device of the n-th village of a town, gone for so long, or back. */
const line = (town: string, n: number, goneForMs: number | null, backForMs = 10 * MINUTE_MS): Line => ({
  deviceId: `${town.slice(6, 9)}-${n}`,
  regionCode: `${town.slice(0, 9)}${200 + n}`,
  goneSince: goneForMs === null ? null : NOW - goneForMs,
  backSince: goneForMs === null ? NOW - backForMs : null,
  isUnstable: false,
});
const lines = (town: string, count: number, gone: number, goneForMs: number): Line[] =>
  Array.from({ length: count }, (_, n) => line(town, n, n < gone ? goneForMs : null));
const opened = (...outages: ReturnType<typeof judgeOutages>["begun"]): Outage[] =>
  outages.map((outage, id) => ({ ...outage, id }));

describe("outages", () => {
  test("a line that is back within three minutes is none", () => {
    expect(judgeOutages([line(TOWN, 1, 2.9 * MINUTE_MS)], [], NOW).begun).toEqual([]);
    expect(judgeOutages([line(TOWN, 1, 3 * MINUTE_MS)], [], NOW).begun).toMatchObject([
      { kind: "gone", deviceId: "112-1", regionCode: "370783112201", beganAt: NOW - 3 * MINUTE_MS },
    ]);
  });

  test("most of a town at once is one for the town, told sooner than a single one", () => {
    const { begun } = judgeOutages(
      [...lines(TOWN, 10, 8, MINUTE_MS), ...lines(OTHER_TOWN, 10, 0, 0)],
      [],
      NOW,
    );
    expect(begun).toMatchObject([
      { kind: "gone", deviceId: null, regionCode: TOWN, beganAt: NOW - MINUTE_MS },
    ]);
    expect(begun[0]?.deviceIds).toHaveLength(8);
  });

  test("of several towns it is one for the county, not one for each", () => {
    const all = [...lines(TOWN, 5, 5, 2 * MINUTE_MS), ...lines(OTHER_TOWN, 5, 4, MINUTE_MS)];
    expect(judgeOutages(all, [], NOW).begun.map(({ regionCode }) => regionCode)).toEqual([COUNTY]);
    const half = [...lines(TOWN, 5, 5, MINUTE_MS), ...lines(OTHER_TOWN, 9, 0, 0)];
    expect(judgeOutages(half, [], NOW).begun.map(({ regionCode }) => regionCode)).toEqual([TOWN]);
  });

  test("what went one after the other over an hour is no town's outage", () => {
    const slow = Array.from({ length: 5 }, (_, n) => line(TOWN, n, (4 + n * 12) * MINUTE_MS));
    const { begun } = judgeOutages(slow, [], NOW);
    expect(begun.map(({ deviceId }) => deviceId)).toEqual(slow.map(({ deviceId }) => deviceId));
  });

  test("who follows joins it, and what had begun singly is explained by it", () => {
    const single = judgeOutages([line(TOWN, 0, 4 * MINUTE_MS)], [], NOW).begun;
    const town = judgeOutages(lines(TOWN, 10, 8, 4 * MINUTE_MS), opened(...single), NOW);
    expect(town.begun.map(({ deviceId }) => deviceId)).toEqual([null]);
    expect(town.ended).toEqual([0]);
    const more = judgeOutages(lines(TOWN, 10, 9, 4 * MINUTE_MS), opened(...town.begun), NOW);
    expect(more).toEqual({ begun: [], joined: [{ id: 0, deviceIds: ["112-8"] }], ended: [] });
  });

  test("is over two minutes after its end, and those of the town that stay away are outages of their own", () => {
    const [town] = judgeOutages(lines(TOWN, 10, 10, 4 * MINUTE_MS), [], NOW).begun;
    const open = town ? opened(town) : [];
    const back = (left: number, forMs: number) =>
      Array.from({ length: 10 }, (_, n) => line(TOWN, n, n < left ? 20 * MINUTE_MS : null, forMs));
    expect(judgeOutages(back(2, 1.9 * MINUTE_MS), open, NOW).ended).toEqual([]);
    expect(judgeOutages(back(4, 2 * MINUTE_MS), open, NOW).ended).toEqual([]);
    const over = judgeOutages(back(2, 2 * MINUTE_MS), open, NOW);
    expect(over.ended).toEqual([0]);
    expect(over.begun.map(({ deviceId }) => deviceId)).toEqual(["112-0", "112-1"]);
  });

  test("of a device that is revoked meanwhile is over", () => {
    const open = opened(...judgeOutages([line(TOWN, 1, 5 * MINUTE_MS)], [], NOW).begun);
    expect(judgeOutages([], open, NOW)).toEqual({ begun: [], joined: [], ended: [0] });
  });

  test("one that comes and goes is one that is unstable, until it rests", () => {
    const flapping = { ...line(TOWN, 1, null, 30 * SECOND_MS), isUnstable: true };
    const { begun } = judgeOutages([flapping], [], NOW);
    expect(begun).toMatchObject([{ kind: "unstable", deviceId: "112-1" }]);
    expect(judgeOutages([flapping], opened(...begun), NOW)).toEqual({ begun: [], joined: [], ended: [] });
    const rested = { ...flapping, backSince: NOW - 3 * MINUTE_MS, isUnstable: false };
    expect(judgeOutages([rested], opened(...begun), NOW).ended).toEqual([0]);
  });

  test("whatever is gone long enough is told in exactly one of them, and nothing else is", () => {
    const arbitrary = fc.array(
      fc.record({
        town: fc.constantFrom(TOWN, OTHER_TOWN, COUNTY),
        gone: fc.option(fc.integer({ min: 0, max: 30 })),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(arbitrary, (given) => {
        const all = given.map(({ town, gone }, n) => line(town, n, gone === null ? null : gone * MINUTE_MS));
        const { begun, joined, ended } = judgeOutages(all, [], NOW);
        const told = begun.flatMap(({ deviceIds }) => deviceIds);
        expect(new Set(told).size).toBe(told.length);
        const idsOf = (which: Line[]) => which.map(({ deviceId }) => deviceId);
        const longGone = all.filter(
          ({ goneSince }) => goneSince !== null && NOW - goneSince >= 3 * MINUTE_MS,
        );
        expect(told).toEqual(expect.arrayContaining(idsOf(longGone)));
        const there = idsOf(all.filter(({ goneSince }) => goneSince === null));
        expect(told.filter((id) => there.includes(id))).toEqual([]);
        expect([joined, ended]).toEqual([[], []]);
        // Looked at again, nothing is news.
        expect(judgeOutages(all, opened(...begun), NOW)).toEqual({ begun: [], joined: [], ended: [] });
      }),
    );
  });
});

describe("flapping", () => {
  const after = (times: number, everyMs: number): Unrest => {
    let unrest: Unrest = { unrest: 0, unrestAt: NOW };
    for (let time = 0; time < times; time += 1) unrest = comingOrGoing(unrest, NOW + time * everyMs);
    return unrest;
  };

  test("three times gone and back within minutes is unstable; a reboot now and then is not", () => {
    const now = NOW + 5 * MINUTE_MS;
    expect(isUnstable(after(6, MINUTE_MS), now, false)).toBe(true);
    expect(isUnstable(after(2, 30 * SECOND_MS), now, false)).toBe(false);
    expect(isUnstable(after(200, 60 * MINUTE_MS), NOW + 200 * 60 * MINUTE_MS, false)).toBe(false);
  });

  test("half is forgotten in a quarter of an hour, and stable again comes later than no more unstable", () => {
    const unrest = { unrest: 6, unrestAt: NOW };
    expect(unrestAt(unrest, NOW + 15 * MINUTE_MS)).toBeCloseTo(3);
    expect(isUnstable(unrest, NOW + 15 * MINUTE_MS, false)).toBe(false);
    expect(isUnstable(unrest, NOW + 15 * MINUTE_MS, true)).toBe(true);
    expect(isUnstable(unrest, NOW + 30 * MINUTE_MS, true)).toBe(false);
    // A clock that was set back forgets nothing and invents nothing.
    expect(unrestAt(unrest, NOW - MINUTE_MS)).toBe(6);
  });
});
