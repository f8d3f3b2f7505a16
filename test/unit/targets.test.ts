import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { audienceOf, isTarget, type TargetDevice, type Targets } from "../../src/broadcasts/targets.ts";
import { audienceIncludes } from "../../src/protocol/audience.ts";
import { selfAndAncestors } from "../../src/protocol/region-code.ts";
import { COUNTY, FAR_VILLAGE, NEIGHBOUR, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";

const device = (regionCode: string, more: Partial<TargetDevice> = {}): TargetDevice => ({
  id: regionCode,
  kind: "loudspeaker",
  areas: selfAndAncestors(regionCode),
  groups: [],
  tags: [],
  ...more,
});
const targets = (more: Partial<Targets> = {}): Targets => ({
  areas: [COUNTY],
  kinds: ["loudspeaker"],
  exclude: [],
  groups: [],
  tags: [],
  ...more,
});

describe("isTarget", () => {
  test.each<[string, Partial<Targets>, TargetDevice, boolean]>([
    ["a region holds what lies below it", {}, device(VILLAGE), true],
    ["not what lies beside it", { areas: [OTHER_TOWN] }, device(VILLAGE), false],
    ["not what encloses it", { areas: [VILLAGE] }, device(TOWN), false],
    ["another kind is not meant", { kinds: ["terminal"] }, device(VILLAGE), false],
    ["an excluded region is not meant", { exclude: [VILLAGE] }, device(VILLAGE), false],
    ["nor what lies below it", { exclude: [TOWN] }, device(VILLAGE), false],
    ["what encloses it is", { exclude: [VILLAGE] }, device(TOWN), true],
    ["one of the groups is enough", { groups: ["a", "b"] }, device(VILLAGE, { groups: ["b", "c"] }), true],
    ["none is not", { groups: ["a"] }, device(VILLAGE, { groups: ["b"], tags: ["a"] }), false],
    ["one of the tags is enough", { tags: ["广场", "学校"] }, device(VILLAGE, { tags: ["学校"] }), true],
    [
      "groups and tags both narrow",
      { groups: ["a"], tags: ["学校"] },
      device(VILLAGE, { groups: ["a"] }),
      false,
    ],
    [
      "a group does not outweigh an exclusion",
      { groups: ["a"], exclude: [TOWN] },
      device(VILLAGE, { groups: ["a"] }),
      false,
    ],
    [
      "a group elsewhere is not meant",
      { areas: [OTHER_TOWN], groups: ["a"] },
      device(VILLAGE, { groups: ["a"] }),
      false,
    ],
  ])("%s", (_what, more, one, expected) => {
    expect(isTarget(targets(more), one)).toBe(expected);
  });
});

describe("audienceOf", () => {
  const all = [COUNTY, TOWN, VILLAGE, NEIGHBOUR, FAR_VILLAGE].map((code) => device(code));
  const audience = (more: Partial<Targets>) => {
    const wanted = targets(more);
    return audienceOf(
      wanted,
      all.filter((each) => isTarget(wanted, each)),
    );
  };

  test("whole regions are one publish each, whoever is in them", () => {
    expect(audienceOf(targets(), [])).toEqual({ areas: [COUNTY] });
  });

  test("around an exclusion the largest regions without it, and those at its enclosing ones by themselves", () => {
    expect(audience({ exclude: [NEIGHBOUR] })).toEqual({
      areas: [OTHER_TOWN, VILLAGE],
      devices: [COUNTY, TOWN],
    });
    expect(audience({ areas: [TOWN], exclude: [NEIGHBOUR] })).toEqual({ areas: [VILLAGE], devices: [TOWN] });
  });

  test("groups and tags are addressed device by device", () => {
    const one = device(VILLAGE, { groups: ["a"] });
    expect(audienceOf(targets({ groups: ["a"] }), [one])).toEqual({ devices: [VILLAGE] });
  });

  test("reaches the targets and nobody else, whatever is excluded", () => {
    const codes = [COUNTY, TOWN, OTHER_TOWN, VILLAGE, NEIGHBOUR, FAR_VILLAGE, "370783112203", "370783109202"];
    const labels = fc.subarray(["a", "b"]);
    const someDevice = fc.record({ code: fc.constantFrom(...codes), groups: labels, tags: labels });
    fc.assert(
      fc.property(
        fc.array(someDevice, { maxLength: 12 }),
        fc.subarray(codes, { minLength: 1 }),
        fc.subarray(codes),
        labels,
        labels,
        (fleet, areas, exclude, groups, tags) => {
          const devices = fleet.map(({ code, ...more }, index) => device(code, { id: `${index}`, ...more }));
          const wanted = targets({ areas, exclude, groups, tags });
          const meant = devices.filter((each) => isTarget(wanted, each));
          const reached = devices.filter(({ id, ...each }) =>
            audienceIncludes(audienceOf(wanted, meant), { deviceId: id, ...each }),
          );
          expect(reached).toEqual(meant);
        },
      ),
      { numRuns: 500 },
    );
  });
});
