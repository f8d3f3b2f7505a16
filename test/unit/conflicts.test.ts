import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE_MS } from "../../src/clock.ts";
import {
  type BroadcastClass,
  DEVICE_KINDS,
  type DeviceKind,
  type Policy,
} from "../../src/protocol/messages.ts";
import { isWithin, selfAndAncestors } from "../../src/protocol/region-code.ts";
import { type AreaPolicy, inherit } from "../../src/schedules/area-policy.ts";
import { CONFLICT_KINDS, type Conflict, type ConflictWorld } from "../../src/schedules/conflicts/conflict.ts";
import { findAllConflicts, findConflicts } from "../../src/schedules/conflicts/conflicts.ts";
import { between, type PlannedRule } from "../../src/schedules/conflicts/planned-rule.ts";
import { commonAreas, reachOf } from "../../src/schedules/conflicts/reach.ts";
import { formatDay } from "../../src/schedules/day.ts";
import { COUNTY, FAR_VILLAGE, NEIGHBOUR, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";

/** 2026-12-01, a Tuesday. */
const DAY = Date.UTC(2026, 11, 1) / 86_400_000;
const VILLAGES = [VILLAGE, NEIGHBOUR, FAR_VILLAGE];
/** Wherever a device may be: a town's office is in the town itself. */
const PLACES = [COUNTY, TOWN, OTHER_TOWN, ...VILLAGES];
const county: Policy = {
  zone: "Asia/Shanghai",
  quietHours: [{ from: "22:00", to: "06:00" }],
  maxVolume: 100,
};

/** `at`: days after the first, and local minutes. */
type Slot = [day: number, minute: number];
const at = (slots: Slot[]) => {
  const sorted = slots.toSorted(([a, b], [c, d]) => a - c || b - d);
  return {
    starts: Float64Array.from(sorted, ([day, minute]) => ((DAY + day) * 1440 + minute - 480) * MINUTE_MS),
    days: Int32Array.from(sorted, ([day]) => DAY + day),
    minutes: Int16Array.from(sorted, ([, minute]) => minute),
  };
};
const rule = (
  slots: Slot[],
  { areas = [COUNTY], exclude = [], lastsMinutes = 20, ...more }: RuleOptions = {},
): PlannedRule => ({
  scheduleId: "a",
  name: "党建之声",
  class: "daily",
  priority: 50,
  reach: reachOf(areas, ["loudspeaker"], exclude),
  ...at(slots),
  lengths: new Map(),
  usualMs: lastsMinutes * MINUTE_MS,
  slotMs: null,
  ...more,
});
type RuleOptions = Partial<Omit<PlannedRule, "reach">> & {
  areas?: string[];
  exclude?: string[];
  lastsMinutes?: number;
};

const worldOf = (own: Record<string, AreaPolicy> = {}, base = county): ConflictWorld => ({
  policyOf: (area) =>
    selfAndAncestors(area)
      .toReversed()
      .reduce((policy, code) => inherit(policy, own[code] ?? {}), base),
  areasWithPolicy: (area) => Object.keys(own).filter((code) => isWithin(code, area)),
  countDevices: (_kinds, areas) =>
    areas.reduce((sum, area) => sum + VILLAGES.filter((village) => isWithin(village, area)).length, 0),
});
const brief = (conflicts: Conflict[]) =>
  conflicts.map(({ kind, time, dates, winner, mend }) => [kind, time, dates.join(" "), winner, mend.time]);

describe("an overlap", () => {
  const subject = rule([
    [0, 420],
    [14, 420],
  ]);

  test("is told with dates, devices, who has the air and the nearest free time", () => {
    const other = rule(
      [
        [0, 430],
        [7, 430],
      ],
      { scheduleId: "b", name: "镇通知", areas: [TOWN], lastsMinutes: 10 },
    );
    const [conflict, ...rest] = findConflicts(subject, [other], worldOf());
    expect(rest).toEqual([]);
    expect(conflict).toMatchObject({
      kind: "overlap",
      time: "07:00",
      dates: ["2026-12-01"],
      count: 1,
      areas: [TOWN],
      devices: 2,
      other: { scheduleId: "b", name: "镇通知" },
      winner: "this",
      mend: { time: "06:50" },
    });
    expect(conflict?.message).toContain('"镇通知" would be interrupted');
  });

  test.each<[string, RuleOptions, RuleOptions, "this" | "other"]>([
    ["the higher class", { class: "announcement", areas: [VILLAGE] }, { priority: 100 }, "this"],
    [
      "then the higher authority, whatever the priority",
      { areas: [TOWN], priority: 90 },
      { priority: 10 },
      "other",
    ],
    ["then the priority", { priority: 51 }, {}, "this"],
    ["then the earlier start", {}, {}, "this"],
  ])("goes to %s", (_what, own, its, winner) => {
    const other = rule([[0, 425]], { scheduleId: "b", ...its });
    expect(findConflicts(rule([[0, 420]], own), [other], worldOf()).map((each) => each.winner)).toEqual([
      winner,
    ]);
  });

  test("is none on other devices, one after the other, or where one leaves out what the other is for", () => {
    const elsewhere = rule([[0, 420]], { areas: [FAR_VILLAGE] });
    expect(findConflicts(rule([[0, 420]], { areas: [TOWN] }), [elsewhere], worldOf())).toEqual([]);
    expect(findConflicts(subject, [rule([[0, 440]])], worldOf())).toEqual([]);
    const without = rule([[0, 420]], { exclude: [TOWN] });
    expect(findConflicts(without, [rule([[0, 420]], { areas: [VILLAGE] })], worldOf())).toEqual([]);
    const screens = { ...rule([[0, 420]]), reach: reachOf([COUNTY], ["terminal"], []) };
    expect(findConflicts(subject, [screens], worldOf())).toEqual([]);
  });

  test("with a length that is known now counts by that", () => {
    const known = { ...subject, lengths: new Map([[subject.starts[0] ?? 0, 30 * MINUTE_MS]]) };
    const other = rule([
      [0, 440],
      [14, 440],
    ]);
    expect(brief(findConflicts(known, [other], worldOf()))).toEqual([
      ["overlap", "07:00", "2026-12-01", "this", "06:50"],
    ]);
  });

  test("of its own times is one too", () => {
    expect(
      brief(
        findConflicts(
          rule([
            [0, 420],
            [0, 430],
          ]),
          [],
          worldOf(),
        ),
      ),
    ).toEqual([["overlap", "07:10", "2026-12-01", "other", "07:20"]]);
  });

  const slots = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 400, max: 460 })) as fc.Arbitrary<Slot>,
    { maxLength: 6, selector: String },
  );
  const areas = fc.subarray(PLACES, { minLength: 1 });
  const rules = fc.record({
    slots,
    areas,
    exclude: fc.subarray(VILLAGES),
    lastsMinutes: fc.integer({ min: 1, max: 30 }),
  });

  test("is found exactly where two sound in one place at one time, and the free time is free", () => {
    const hears = ({ reach }: PlannedRule, place: string) =>
      selfAndAncestors(place).some((code) => reach.areas.has(code)) &&
      !selfAndAncestors(place).some((code) => reach.exclude.has(code));
    fc.assert(
      fc.property(rules, fc.array(rules, { maxLength: 4 }), (own, several) => {
        const planned = rule(own.slots, own);
        const others = several.map((each, index) => rule(each.slots, { ...each, scheduleId: `${index}` }));
        const meets = (start: number, other: PlannedRule) =>
          PLACES.some((place) => hears(planned, place) && hears(other, place)) &&
          [...other.starts].some((each) => each < start + planned.usualMs && each + other.usualMs > start);
        const expected = others.flatMap((other) =>
          [...planned.starts].flatMap((start, index) =>
            meets(start, other)
              ? [`${other.scheduleId} ${formatDay(planned.days[index] ?? 0)} ${planned.minutes[index]}`]
              : [],
          ),
        );
        const found = findConflicts(planned, others, worldOf()).filter(
          ({ other }) => other?.scheduleId !== planned.scheduleId,
        );
        const minuteOf = (time: string | null | undefined) =>
          Number(time?.slice(0, 2)) * 60 + Number(time?.slice(3));
        const told = found.flatMap(({ other, dates, time }) =>
          dates.map((date) => `${other?.scheduleId} ${date} ${minuteOf(time)}`),
        );
        expect([...new Set(told)].toSorted()).toEqual(expected.toSorted());
        for (const { time, mend } of found.filter((each) => each.mend.time !== undefined)) {
          const shift = (minuteOf(mend.time) - minuteOf(time)) * MINUTE_MS;
          const moved = [...planned.starts].filter((_, index) => planned.minutes[index] === minuteOf(time));
          expect(moved.some((start) => others.some((other) => meets(start + shift, other)))).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the list of all conflicts", () => {
  const planned = fc
    .record({
      slots: fc.uniqueArray(
        fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 330, max: 1320 })) as fc.Arbitrary<Slot>,
        { minLength: 1, maxLength: 8, selector: String },
      ),
      areas: fc.subarray(PLACES, { minLength: 1, maxLength: 3 }),
      exclude: fc.subarray(VILLAGES),
      kinds: fc.subarray(DEVICE_KINDS as unknown as DeviceKind[], { minLength: 1 }),
      class: fc.constantFrom<BroadcastClass>("daily", "daily", "announcement"),
      priority: fc.constantFrom(50, 60),
      lastsMinutes: fc.integer({ min: 1, max: 150 }),
      slotMs: fc.constantFrom(null, 20 * MINUTE_MS),
      knownMinutes: fc.option(fc.integer({ min: 1, max: 90 })),
    })
    .map(({ slots, kinds, knownMinutes, areas, exclude, ...more }): PlannedRule => {
      const made = rule(slots, more);
      const lengths = knownMinutes === null ? [] : [[made.starts[0] ?? 0, knownMinutes * MINUTE_MS] as const];
      // Nothing is left out that it is not for.
      const left = exclude.filter((code) => areas.some((area) => area !== code && isWithin(code, area)));
      return { ...made, lengths: new Map(lengths), reach: reachOf(areas, kinds, left) };
    });
  const severalRules = fc
    .array(planned, { minLength: 1, maxLength: 7 })
    .map((rules) => rules.map((each, index) => ({ ...each, scheduleId: `${index}`, name: `rule ${index}` })));
  const othersOf = (rules: readonly PlannedRule[], own: PlannedRule) => rules.filter((each) => each !== own);
  const noon = { quietHours: [{ from: "12:00", to: "14:00" }] };

  test("says of each rule what a check of it alone says", () => {
    const capped = worldOf({
      [VILLAGE]: { dailyMinutesCap: 60, weeklyMinutesCap: 200 },
      [OTHER_TOWN]: { ...noon, dailyMinutesCap: 90 },
    });
    const kinds = new Set<string>();
    fc.assert(
      fc.property(severalRules, (rules) => {
        const found = findAllConflicts(rules, capped, { from: 0, until: Number.MAX_SAFE_INTEGER });
        expect(found).toEqual(rules.map((own) => findConflicts(own, othersOf(rules, own), capped)));
        for (const { kind } of found.flat()) kinds.add(kind);
      }),
      { numRuns: 1_000 },
    );
    expect([...kinds].toSorted()).toEqual(CONFLICT_KINDS.toSorted());
  });

  test("is of what starts in its range, also where that meets what started before", () => {
    const world = worldOf({ [TOWN]: noon });
    const instant = fc
      .integer({ min: 0, max: 10 * 1440 })
      .map((minute) => DAY * 86_400_000 + minute * MINUTE_MS);
    fc.assert(
      fc.property(severalRules, fc.tuple(instant, instant), (rules, [one, other]) => {
        const [from, until] = [Math.min(one, other), Math.max(one, other)];
        expect(findAllConflicts(rules, world, { from, until })).toEqual(
          rules.map((own) => findConflicts(between(own, from, until), othersOf(rules, own), world)),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

test("areas that two rules share are the smaller of each two", () => {
  const reach = (areas: string[], exclude: string[] = []) => reachOf(areas, ["loudspeaker"], exclude);
  expect(commonAreas(reach([COUNTY]), reach([TOWN, FAR_VILLAGE]))).toEqual([TOWN, FAR_VILLAGE]);
  expect(commonAreas(reach([TOWN]), reach([OTHER_TOWN]))).toEqual([]);
  expect(commonAreas(reach([COUNTY], [TOWN]), reach([TOWN, OTHER_TOWN]))).toEqual([OTHER_TOWN]);
  expect(reach([VILLAGE, TOWN]).areas).toEqual(new Set([TOWN]));
});

describe("quiet hours", () => {
  const noon = { from: "12:00", to: "14:00" };

  test("of a part of the areas: not heard there, and a time that suits all", () => {
    const conflicts = findConflicts(
      rule([[0, 750]], { lastsMinutes: 30 }),
      [],
      worldOf({ [TOWN]: { quietHours: [noon] } }),
    );
    expect(conflicts).toMatchObject([
      { kind: "quiet-hours", areas: [TOWN], devices: 2, dates: ["2026-12-01"], mend: { time: "11:30" } },
    ]);
  });

  test("that it runs into", () => {
    const conflicts = findConflicts(rule([[0, 1310]], { lastsMinutes: 15 }), [], worldOf());
    expect(brief(conflicts)).toEqual([["runs-into-quiet-hours", "21:50", "2026-12-01", null, "21:45"]]);
    expect(findConflicts(rule([[0, 1305]], { lastsMinutes: 15 }), [], worldOf())).toEqual([]);
  });

  test("mean nothing to a notice, nor where it is not heard anyway", () => {
    const world = worldOf({ [TOWN]: { quietHours: [noon] } });
    expect(findConflicts(rule([[0, 750]], { class: "announcement" }), [], world)).toEqual([]);
    expect(findConflicts(rule([[0, 750]], { exclude: [TOWN] }), [], world)).toEqual([]);
  });
});

test("content that is longer than its slot is told with the slot that it needs", () => {
  const subject = rule([
    [0, 420],
    [14, 420],
  ]);
  const lengths = new Map([[subject.starts[1] ?? 0, 31.5 * MINUTE_MS]]);
  const conflicts = findConflicts({ ...subject, lengths, slotMs: 30 * MINUTE_MS }, [], worldOf());
  expect(conflicts).toMatchObject([
    { kind: "longer-than-slot", dates: ["2026-12-15"], count: 1, mend: { slotMinutes: 32 } },
  ]);
});

describe("minutes over a cap", () => {
  const world = worldOf({ [VILLAGE]: { dailyMinutesCap: 45, weeklyMinutesCap: 70 } });
  const evening = (more: RuleOptions) => rule([[0, 1100]], { scheduleId: "b", lastsMinutes: 30, ...more });

  test("of a village count what is heard there, from wherever it comes", () => {
    const subject = rule([[0, 420]]);
    expect(findConflicts(subject, [evening({ areas: [TOWN] })], world)).toMatchObject([
      { kind: "daily-minutes", areas: [VILLAGE], devices: 1, dates: ["2026-12-01"] },
    ]);
    for (const elsewhere of [
      { areas: [OTHER_TOWN] },
      { exclude: [VILLAGE] },
      { class: "announcement" },
      { lastsMinutes: 25 },
    ] satisfies RuleOptions[])
      expect(findConflicts(subject, [evening(elsewhere)], world)).toEqual([]);
  });

  test("of a week from Monday to Sunday", () => {
    const daily: Slot[] = [0, 1, 2, 3, 4, 5, 6].map((day) => [day, 420]);
    const conflicts = findConflicts(rule(daily, { lastsMinutes: 12 }), [], world);
    // Tuesday to Sunday are 72 minutes; the Monday after is another week.
    expect(conflicts).toMatchObject([
      { kind: "weekly-minutes", count: 6, dates: expect.arrayContaining(["2026-12-06"]) },
    ]);
    expect(findConflicts(rule(daily, { lastsMinutes: 11 }), [], world)).toEqual([]);
  });
});
