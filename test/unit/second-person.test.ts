import { describe, expect, test } from "vitest";
import { MINUTE_MS } from "../../src/clock.ts";
import { inOneHandSince } from "../../src/people/access.ts";
import { requireSecondPerson } from "../../src/people/second-person.ts";
import { isWithin, levelOf, type RegionLevel } from "../../src/protocol/region-code.ts";
import { createQuietHoursMetBy, quietDuring, type SetAlone } from "../../src/schedules/county-wide.ts";
import { type CountedBy, partHeard } from "../../src/schedules/heard-part.ts";

const COUNTY = "370783000000";
const TOWNS = ["370783112000", "370783109000"] as const;
const VILLAGES = ["370783112201", "370783112202", "370783109201"] as const;

const regionsOf = (codes: readonly string[]) => ({
  within: (area: string, level: RegionLevel) =>
    codes.filter((code) => isWithin(code, area) && levelOf(code) === level).map((code) => ({ code })),
});
const regions = regionsOf([COUNTY, ...TOWNS, ...VILLAGES, "370784000000", "370784100000"]);
const night = { from: "22:00", to: "06:00" };
const policy = { zone: "Asia/Shanghai", quietHours: [night], maxVolume: 100 };
const at = (local: string) => Date.parse(`${local}:00+08:00`);

const onPaper = (codes: readonly string[]): CountedBy => ({
  regions: regionsOf(codes),
  settledDevices: () => [],
});
/** Heard in areas without others. */
const part = (
  county: string,
  areas: readonly string[],
  exclude: readonly string[] = [],
  by: CountedBy = { regions, settledDevices: () => [] },
) => partHeard(county, [{ areas, exclude }], by);

describe("the part of a county that hears it", () => {
  test.each([
    ["itself", [COUNTY], 1],
    ["what encloses it", ["370700000000"], 1],
    ["each of its towns", TOWNS, 1],
    ["a town, and each village of the other", ["370783109000", "370783112201", "370783112202"], 1],
    ["all towns but one", [TOWNS[0]], 2 / 3],
    ["one village", [VILLAGES[0]], 1 / 3],
    ["nothing of it", ["370784000000"], 0],
  ])("of %s", (_what, areas, expected) => {
    expect(part(COUNTY, areas)).toBe(expected);
  });

  test("is less by what is left out, and a town without villages counts as one", () => {
    expect(part(COUNTY, [COUNTY], [TOWNS[0]])).toBe(1 / 3);
    expect(part("370784000000", ["370784100000"])).toBe(1);
  });

  test("of several sounds is what hears any of them", () => {
    const by = onPaper([COUNTY, ...TOWNS, ...VILLAGES]);
    const sounds = [
      { areas: [TOWNS[0]], exclude: [VILLAGES[1]] },
      { areas: [VILLAGES[0], VILLAGES[2]], exclude: [] },
    ];
    expect(partHeard(COUNTY, sounds.slice(0, 1), by)).toBe(1 / 3);
    expect(partHeard(COUNTY, sounds, by)).toBe(2 / 3);
  });

  test("is that of its devices where that is more: villages on paper make it no less, and devices in few villages", () => {
    const madeUp = Array.from({ length: 97 }, (_, index) => `370783109${String(301 + index)}`);
    const by: CountedBy = {
      regions: regionsOf([COUNTY, ...TOWNS, ...VILLAGES, ...madeUp]),
      settledDevices: () => [
        { regionCode: VILLAGES[0], devices: 3 },
        { regionCode: VILLAGES[2], devices: 1 },
      ],
    };
    expect(part(COUNTY, [TOWNS[0]], [], by)).toBe(3 / 4);
    expect(part(COUNTY, [TOWNS[0]], [VILLAGES[0]], by)).toBe(1 / 100);
    expect(part(COUNTY, [TOWNS[1]], [], by)).toBe(98 / 100);
  });
});

describe("two people are for more than a part of any county in its quiet hours", () => {
  const metBy = (percent: number, setAlone: () => SetAlone[] = () => []) =>
    createQuietHoursMetBy({
      ...onPaper([]),
      regions,
      policy: { agreed: () => policy, effective: () => policy },
      setAlone,
      percent,
    });
  const sound = {
    id: "this",
    class: "announcement" as const,
    silent: false,
    areas: [COUNTY],
    exclude: [],
    by: ["one"],
  };
  const during = (changes: object, percent = 50) =>
    metBy(percent)({ ...sound, ...changes })(at("2026-12-02T23:00"), at("2026-12-02T23:10"));

  test.each([
    ["the county", {}, night],
    ["all towns but one", { areas: [TOWNS[0]] }, night],
    ["less than half of it", { areas: [TOWNS[1]] }, null],
    ["what is left after the most is excluded", { exclude: [TOWNS[0]] }, null],
    ["a county that is not known by its villages", { areas: ["370784000000", VILLAGES[0]] }, night],
    ["a silent drill", { class: "drill", silent: true }, null],
    ["an emergency, which takes two anyway", { class: "emergency" }, null],
    ["nothing", { areas: [] }, null],
  ])("%s", (_what, changes, window) => {
    expect(during(changes)).toEqual(window);
  });

  test("by the part that the office has set, and not by day", () => {
    expect(during({ areas: [TOWNS[0]] }, 66)).toEqual(night);
    expect(during({ areas: [TOWNS[0]] }, 67)).toBeNull();
    expect(during({ areas: [VILLAGES[0]] }, 0)).toEqual(night);
    expect(metBy(50)(sound)(at("2026-12-02T12:00"), at("2026-12-02T12:10"))).toBeNull();
  });

  test.each<[string, Partial<SetAlone>, object | null]>([
    ["the rest of it, in the same night", {}, night],
    [
      "the rest of it, in the evening before",
      { from: at("2026-12-02T20:00"), until: at("2026-12-02T20:05") },
      null,
    ],
    ["the same part of it", { areas: [TOWNS[1]] }, null],
  ])("with what one has set alone for %s", (_what, changes, window) => {
    const other: SetAlone = {
      class: "announcement",
      areas: [VILLAGES[0]],
      exclude: [],
      from: at("2026-12-03T03:00"),
      until: at("2026-12-03T03:10"),
      ...changes,
    };
    const met = metBy(50, () => [other])({ ...sound, areas: [TOWNS[1]] });
    expect(met(at("2026-12-02T23:00"), at("2026-12-02T23:10"))).toEqual(window);
  });

  test("of a city without counties", () => {
    const [city, ...towns] = ["441900000000", "441900003000", "441900004000"] as const;
    const without = onPaper([city, ...towns]);
    expect(part(city, [city], [], without)).toBe(1);
    expect(part(city, towns.slice(1), [], without)).toBe(1 / 2);
  });
});

describe("a span of time", () => {
  const exam = { from: "09:00", to: "11:30", dates: ["2027-06-07"] };
  const both = { ...policy, quietHours: [night, exam] };

  test.each([
    ["inside the night", "2026-12-02T23:00", 1, night],
    ["of the early morning", "2026-12-02T05:59", 5, night],
    ["that runs into the night", "2026-12-02T21:40", 21, night],
    ["that ends before it", "2026-12-02T21:40", 20, null],
    ["that begins at its end", "2026-12-02T06:00", 10, null],
    ["of a day and a bit", "2026-12-02T06:00", 1_500, night],
    ["that runs into an exam", "2027-06-07T08:50", 15, exam],
    ["on the day after the exam", "2027-06-08T08:50", 15, null],
  ])("%s", (_what, from, minutes, window) => {
    expect(quietDuring(both, at(from), at(from) + minutes * MINUTE_MS)).toEqual(window);
  });
});

describe("accounts in one hand", () => {
  const given = [
    { userId: "third", givenBy: "second", at: 30 },
    { userId: "second", givenBy: "admin", at: 20 },
    { userId: "other", givenBy: "admin", at: 10 },
  ];
  test.each([
    ["whoever was let in and who let them in", "second", "admin", 20],
    ["the same the other way round", "admin", "second", 20],
    ["over an account between", "third", "admin", 20],
    ["two that one administrator let in", "second", "other", 10],
    ["two of them over an account between", "third", "other", 10],
  ])("%s", (_what, one, other, since) => {
    expect(inOneHandSince(one, other, given)).toBe(since);
  });
  test("not of two whom nobody let in lately", () => {
    expect(inOneHandSince("admin", "stranger", given)).toBeNull();
    expect(inOneHandSince("third", "stranger", given)).toBeNull();
  });
});

describe("the second person", () => {
  test("is another than who asked, while it waits", () => {
    const by = ["one", "other"];
    const known = { requireApart: () => {} };
    expect(requireSecondPerson({ by, isWaiting: true }, "two", known)).toBeUndefined();
    for (const one of by)
      expect(() => requireSecondPerson({ by, isWaiting: true }, one, known)).toThrow(
        expect.objectContaining({ code: "forbidden" }),
      );
    expect(() => requireSecondPerson({ by, isWaiting: false }, "two", known)).toThrow(
      expect.objectContaining({ code: "conflict" }),
    );
  });
});
