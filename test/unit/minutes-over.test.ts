import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Airing, Broadcast } from "../../src/broadcasts/broadcast.ts";
import { overMinutes, wholeWeeks } from "../../src/broadcasts/minutes-over.ts";
import { DAY_MS, MINUTE_MS } from "../../src/clock.ts";
import { exceedsCap, type Heard } from "../../src/protocol/minutes-cap.ts";
import { selfAndAncestors } from "../../src/protocol/region-code.ts";
import { COUNTY, OTHER_TOWN, TOWN, VILLAGE } from "../support/fleet.ts";

const ZONE = "Asia/Shanghai";
const MONDAY = Date.parse("2026-11-30T00:00:00+08:00");
const device = {
  id: "d1",
  kind: "loudspeaker" as const,
  areas: selfAndAncestors(VILLAGE),
  groups: [],
  tags: [],
};
const caps = (dailyMinutesCap?: number, weeklyMinutesCap?: number) => ({
  zone: ZONE,
  quietHours: [],
  maxVolume: 100,
  ...(dailyMinutesCap === undefined ? {} : { dailyMinutesCap }),
  ...(weeklyMinutesCap === undefined ? {} : { weeklyMinutesCap }),
});

let serial = 0;
/** @param atMinutes after that Monday's midnight */
function airing(atMinutes: number, lasts: number, more: Partial<Broadcast> = {}, isTold = false): Airing {
  serial += 1;
  const startAt = MONDAY + atMinutes * MINUTE_MS;
  return {
    broadcast: {
      id: `b${serial}`,
      scheduleId: "s",
      localDate: "",
      localTime: "",
      startAt,
      notAfter: startAt + 5 * MINUTE_MS,
      class: "daily",
      priority: 50,
      lateness: "join",
      offline: "play",
      volume: null,
      silent: false,
      kinds: ["loudspeaker"],
      areas: [COUNTY],
      exclude: [],
      groups: [],
      tags: [],
      programme: "晨播",
      contentKind: "episode",
      contentId: "e",
      contentBy: "policy",
      title: "一",
      state: "ready",
      reason: null,
      whyNot: null,
      endsAt: startAt + lasts * MINUTE_MS,
      ...more,
    },
    itemsFor: () => [
      { sha256: "", mime: "audio/mpeg", bytes: 1, durationMs: lasts * MINUTE_MS, title: "", stream: null },
    ],
    wasTold: () => isTold,
  };
}
const over = (policy: ReturnType<typeof caps>, ...list: Airing[]) => {
  const found = overMinutes(list, device, () => policy);
  return list.map(({ broadcast }) => (found.has(broadcast.id) ? "over" : "plays"));
};

describe("what the minutes do not hold", () => {
  test("is the lower priority, then the lower authority, then the later one; and only on its own day and in its week", () => {
    const seven = airing(420, 20);
    expect(over(caps(30), seven, airing(480, 20))).toEqual(["plays", "over"]);
    expect(over(caps(30), seven, airing(480, 20, { priority: 60 }))).toEqual(["over", "plays"]);
    expect(over(caps(30), airing(420, 20, { areas: [TOWN], priority: 90 }), airing(480, 20))).toEqual([
      "over",
      "plays",
    ]);
    expect(over(caps(30), seven, airing(480 + 1_440, 20))).toEqual(["plays", "plays"]);
    expect(over(caps(undefined, 30), seven, airing(480 + 1_440, 20), airing(480 + 7 * 1_440, 20))).toEqual([
      "plays",
      "over",
      "plays",
    ]);
  });

  test("a smaller one still fits where a larger one does not, and nothing does where none are allowed", () => {
    expect(over(caps(30), airing(420, 20), airing(480, 20), airing(540, 10))).toEqual([
      "plays",
      "over",
      "plays",
    ]);
    expect(over(caps(0), airing(420, 1))).toEqual(["over"]);
    expect(over(caps(), airing(420, 1_000))).toEqual(["plays"]);
  });

  test("what is no daily broadcast, or not for the device, is neither left out nor counted", () => {
    const classes = (["announcement", "drill", "emergency"] as const).map((of) =>
      airing(420, 40, { class: of }),
    );
    const others = [
      airing(421, 20, { areas: [OTHER_TOWN] }),
      airing(422, 20, { exclude: [VILLAGE] }),
      airing(423, 20, { state: "cancelled" }),
    ];
    expect(over(caps(20), ...classes, ...others, airing(480, 20))).toEqual(Array(7).fill("plays"));
  });

  test("what the device was told of comes first, and what it has begun counts whatever is allowed since", () => {
    const begun = airing(420, 20, { state: "aired", priority: 1 }, true);
    const later = airing(600, 20, { priority: 90 });
    expect(over(caps(30), begun, later)).toEqual(["plays", "over"]);
    expect(over(caps(10), begun, airing(600, 1))).toEqual(["plays", "over"]);
    const unheard = airing(420, 20, { state: "failed" }, true);
    expect(over(caps(30), unheard, later)).toEqual(["plays", "over"]);
    const frozen = airing(420, 20, { state: "frozen", priority: 1 }, true);
    expect(over(caps(30), frozen, later)).toEqual(["plays", "over"]);
    expect(over(caps(10), frozen, airing(600, 1))).toEqual(["over", "plays"]);
    // Left out at its freeze, it stays left out when what it lost to is on air.
    const untold = airing(420, 20, { state: "aired", priority: 1 });
    const told = airing(600, 20, { state: "on_air", priority: 90 }, true);
    expect(over(caps(30), untold, told)).toEqual(["over", "plays"]);
  });

  test("a device that plays the rest refuses nothing of it, and what is left out did not fit", () => {
    const anAiring = fc
      .record({
        at: fc.integer({ min: 0, max: 14 * 1_440 - 1 }),
        lasts: fc.integer({ min: 1, max: 40 }),
        priority: fc.integer({ min: 0, max: 3 }),
        isTown: fc.boolean(),
      })
      .map(({ at, lasts, priority, isTown }) =>
        airing(at, lasts, { priority, areas: [isTown ? TOWN : COUNTY] }),
      );
    const aCap = fc.option(fc.integer({ min: 0, max: 120 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(anAiring, { maxLength: 40 }), aCap, aCap, (list, daily, weekly) => {
        const policy = caps(daily, weekly);
        const out = overMinutes(list, device, () => policy);
        const heardOf = ({ broadcast: { id, startAt }, itemsFor }: Airing): Heard => ({
          id,
          at: startAt,
          ms: itemsFor("loudspeaker")[0]?.durationMs ?? 0,
        });
        const heard: Heard[] = [];
        const kept = list
          .filter(({ broadcast }) => !out.has(broadcast.id))
          .map(heardOf)
          .toSorted((a, b) => a.at - b.at);
        for (const each of kept) {
          expect(exceedsCap(policy, heard, each)).toBe(false);
          heard.push(each);
        }
        for (const each of list.filter(({ broadcast }) => out.has(broadcast.id)))
          expect(exceedsCap(policy, kept, heardOf(each))).toBe(true);
      }),
    );
  });
});

test("whole weeks begin on Monday, in the zone, and hold the last instant before the end", () => {
  const sunday = MONDAY + 6 * DAY_MS;
  expect(wholeWeeks(ZONE, sunday, sunday + DAY_MS)).toEqual({ from: MONDAY, until: MONDAY + 7 * DAY_MS });
  expect(wholeWeeks(ZONE, sunday, sunday + DAY_MS + 1).until).toBe(MONDAY + 14 * DAY_MS);
});
