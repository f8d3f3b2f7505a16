import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DesiredHalf,
  drift,
  type ReportedHalf,
  settingsAfter,
  TWIN_FIELDS,
  type TwinField,
} from "../../src/devices/twin.ts";

const desired: DesiredHalf = {
  version: 4,
  volume: 60,
  maxVolume: 100,
  groups: ["choir", "schools"],
  tags: ["文化广场"],
  policyVersion: "p2",
  maxKbps: 256,
  softwareChannel: "stable",
  software: "horn/2.1",
};
const reported: ReportedHalf = {
  version: 4,
  volume: 60,
  groups: ["schools", "choir"],
  policyVersion: "p2",
  maxKbps: 256,
  software: "horn/2.1",
};
const NOW = 1_000;
const known = new Map<TwinField, number>();
const differing = (over: Partial<ReportedHalf>, wanted: Partial<DesiredHalf> = {}) =>
  drift({ ...desired, ...wanted }, { ...reported, ...over }, known, NOW);

describe("the halves of a twin", () => {
  test("agree when the device holds and does what it is to", () => {
    expect(differing({})).toEqual([]);
  });

  test.each<[TwinField, Partial<ReportedHalf>, unknown, unknown]>([
    ["version", { version: 3 }, 4, 3],
    ["volume", { volume: 100 }, 60, 100],
    ["groups", { groups: ["schools"] }, ["choir", "schools"], ["schools"]],
    ["policy", { policyVersion: "p1" }, "p2", "p1"],
    ["maxKbps", { maxKbps: null }, 256, null],
    ["software", { software: "horn/2.0" }, "horn/2.1", "horn/2.0"],
  ])("differ in the %s alone when only that does", (field, over, wanted, said) => {
    expect(differing(over)).toEqual([{ field, desired: wanted, reported: said, since: NOW }]);
  });

  test("nothing is asked in what was left to the device, but a cap that it keeps is one too many", () => {
    expect(differing({ volume: 5, software: "other" }, { volume: null, software: null })).toEqual([]);
    expect(differing({}, { maxKbps: null })).toMatchObject([
      { field: "maxKbps", desired: null, reported: 256 },
    ]);
  });

  test("as loud as the policy allows is loud enough", () => {
    expect(differing({ volume: 50 }, { maxVolume: 50 })).toEqual([]);
    expect(differing({ volume: 60 }, { maxVolume: 50 })).toMatchObject([{ desired: 50, reported: 60 }]);
  });

  test("nothing is concluded from what a device does not say", () => {
    expect(drift(desired, null, known, NOW)).toEqual([]);
    expect(differing({ version: null, volume: 1 })).toEqual([]);
    expect(differing({ groups: null, policyVersion: null, software: null })).toEqual([]);
  });

  test("a difference keeps its begin while its values change, and begins anew once it was gone", () => {
    const since = new Map<TwinField, number>([["volume", 10]]);
    const at = (volume: number, before: typeof since) =>
      drift(desired, { ...reported, volume }, before, NOW).map((each) => each.since);
    expect(at(70, since)).toEqual([10]);
    expect(at(80, since)).toEqual([10]);
    expect(at(60, since)).toEqual([]);
    expect(at(70, new Map())).toEqual([NOW]);
  });

  test("differ in each field at most once, and in none that both have alike", () => {
    const percent = fc.integer({ min: 0, max: 100 });
    const group = fc.uniqueArray(fc.constantFrom("a", "b", "c"));
    const half = fc.record({
      version: fc.integer({ min: 0, max: 3 }),
      volume: percent,
      groups: group,
      policyVersion: fc.constantFrom("p", "q"),
      maxKbps: fc.constantFrom(null, 64, 128),
      software: fc.constantFrom("x", "y"),
    });
    fc.assert(
      fc.property(half, half, (one, other) => {
        const wanted = { ...desired, ...one, groups: one.groups.toSorted(), maxVolume: 100 };
        const fields = drift(wanted, other, known, NOW).map(({ field }) => field);
        expect(fields).toEqual(TWIN_FIELDS.filter((field) => fields.includes(field)));
        expect(drift(wanted, one, known, NOW)).toEqual([]);
        expect(fields.includes("volume")).toBe(one.volume !== other.volume);
        expect(fields.includes("groups")).toBe(
          one.groups.toSorted().join() !== other.groups.toSorted().join(),
        );
      }),
    );
  });
});

describe("a change of the settings", () => {
  test("leaves what it does not name, and null leaves a thing to the device", () => {
    expect(settingsAfter(desired, { volume: null })).toEqual({
      volume: null,
      maxKbps: 256,
      softwareChannel: "stable",
      groups: ["choir", "schools"],
      tags: ["文化广场"],
    });
  });

  test("adds to the groups and tags that a device has, and takes from them, each once and sorted", () => {
    const change = {
      addGroups: ["alarm", "choir"],
      removeGroups: ["schools"],
      addTags: ["x"],
      removeTags: ["y"],
    };
    expect(settingsAfter(desired, change)).toMatchObject({
      groups: ["alarm", "choir"],
      tags: ["x", "文化广场"],
    });
  });
});
