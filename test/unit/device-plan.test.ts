import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  durationOf,
  type Entry,
  entryFromAlert,
  isStopped,
  mergePlaylist,
  nextStep,
  POLICY_UNTIL_TOLD,
  PREROLL_MS,
  type Situation,
  SKEW_MS,
  type VoiceState,
} from "../../devices/core/plan.ts";
import {
  BROADCAST_CLASSES,
  LATENESS_POLICIES,
  type Playlist,
  type Policy,
} from "../../src/protocol/messages.ts";
import { byPrecedence, outranks } from "../../src/protocol/precedence.ts";
import { quietWindowAt } from "../../src/protocol/quiet-hours.ts";
import { REGION_LEVELS } from "../../src/protocol/region-code.ts";

const START = Date.parse("2026-12-01T07:00:00+08:00");
const MINUTE = 60_000;
const item = {
  sha256: "a".repeat(64),
  url: "/m",
  mime: "audio/mpeg",
  bytes: 1,
  durationMs: 10 * MINUTE,
  title: "",
};

const entryOf = (change: Partial<Entry> = {}): Entry => ({
  id: "b1",
  startAt: START,
  notAfter: START + 5 * MINUTE,
  class: "daily",
  authority: "county",
  priority: 50,
  lateness: "skip",
  offline: "play",
  programme: "党建之声",
  title: "第42期",
  items: [item],
  knownSince: 0,
  ...change,
});
const at = (now: number, change: Partial<Situation> = {}): Situation => ({
  now,
  cached: true,
  voice: "audible",
  online: true,
  clockTrusted: true,
  policy: POLICY_UNTIL_TOLD,
  heard: [],
  silenced: false,
  airTaken: false,
  ...change,
});

test("a stop of everything concerns what was said up to it and would start before its end, and nothing else", () => {
  const stops = [
    { issuedAt: START, startBefore: START + 10 * MINUTE },
    { issuedAt: START - 60 * MINUTE, startBefore: START + 20 * MINUTE },
  ];
  const entry = (knownSince: number, startAt: number) =>
    isStopped(stops, entryOf({ knownSince, startAt }), START + 20 * MINUTE);
  expect(entry(START, START + 10 * MINUTE - 1)).toBe(true);
  expect(entry(START - 90 * MINUTE, START - 80 * MINUTE)).toBe(true);
  expect(entry(START + 1, START + MINUTE)).toBe(false);
  expect(entry(START, START + 10 * MINUTE)).toBe(false);
  expect(entry(START - 60 * MINUTE, START + 20 * MINUTE - 1)).toBe(true);
  expect(isStopped([], entryOf(), START)).toBe(false);
});

test("a stop that was given under a clock that has been set back since silences nothing that is said now", () => {
  const stops = [{ issuedAt: START, startBefore: START + 10 * MINUTE }];
  const setBack = START - 30 * MINUTE;
  const said = entryOf({ knownSince: setBack, startAt: setBack + MINUTE });
  expect(isStopped(stops, said, setBack)).toBe(false);
  expect(isStopped(stops, said, START - SKEW_MS)).toBe(true);
});

describe("the next step", () => {
  test("is to wait for the pre-roll, then to play from the beginning", () => {
    expect(nextStep(entryOf(), at(START - MINUTE))).toEqual({ kind: "wait", until: START - PREROLL_MS });
    for (const now of [START - PREROLL_MS, START - 1, START, START + 2_000]) {
      expect(nextStep(entryOf(), at(now))).toEqual({ kind: "play", seekMs: 0 });
    }
  });

  test("is to wait while the stop button is held, to say so when its time has come, and to give up when that is over", () => {
    const held = (now: number) => nextStep(entryOf({ lateness: "join" }), at(now, { silenced: true }));
    expect(held(START - 1_000)).not.toHaveProperty("because");
    expect(held(START + 1_000)).toMatchObject({ kind: "wait", because: "silenced" });
    expect(held(START + 60 * MINUTE)).toEqual({ kind: "drop", type: "skipped", reason: "silenced" });
  });

  test.each([
    ["skip", { kind: "drop", type: "skipped", reason: "late" }],
    ["join", { kind: "play", seekMs: MINUTE }],
    ["play", { kind: "play", seekMs: 0 }],
  ] as const)("a minute late, by the policy %s", (lateness, step) => {
    expect(nextStep(entryOf({ lateness }), at(START + MINUTE))).toEqual(step);
  });

  test("a join after the end comes to nothing", () => {
    const entry = entryOf({ lateness: "join", notAfter: START + 60 * MINUTE });
    expect(nextStep(entry, at(START + 10 * MINUTE))).toMatchObject({ kind: "drop", reason: "late" });
  });

  test("what is not cached or finds the air taken waits, and says so when it is too late", () => {
    for (const [change, reason] of [
      [{ cached: false }, "not-cached"],
      [{ airTaken: true }, "preempted"],
    ] as const) {
      expect(nextStep(entryOf(), at(START, change)).kind).toBe("wait");
      expect(nextStep(entryOf(), at(START + MINUTE, change))).toMatchObject({ kind: "drop", reason });
      expect(nextStep(entryOf({ lateness: "play" }), at(START + 6 * MINUTE, change))).toMatchObject({
        reason,
      });
    }
  });

  test("offline, a broadcast of policy skip waits until its instant and is dropped then; others play", () => {
    const skip = entryOf({ offline: "skip" });
    expect(nextStep(skip, at(START - 1_000, { online: false })).kind).toBe("wait");
    expect(nextStep(skip, at(START, { online: false }))).toEqual({
      kind: "drop",
      type: "skipped",
      reason: "offline",
    });
    expect(nextStep(entryOf(), at(START, { online: false })).kind).toBe("play");
  });

  test("a daily broadcast is refused in quiet hours, by the fraction of a millisecond; a notice is not", () => {
    const night = START - 2 * 60 * MINUTE;
    const late = { startAt: night, notAfter: START, lateness: "play" } as const;
    expect(nextStep(entryOf(late), at(night + 0.25))).toEqual({
      kind: "drop",
      type: "refused",
      reason: "quiet-hours",
    });
    expect(nextStep(entryOf({ ...late, class: "announcement" }), at(night + 0.25)).kind).toBe("play");
  });

  test.each([
    [
      "the date's minutes are used up",
      { dailyMinutesCap: 25 },
      [{ id: "a", at: START - 30 * MINUTE, ms: 16 * MINUTE }],
      true,
    ],
    [
      "what is left is just enough",
      { dailyMinutesCap: 25 },
      [{ id: "a", at: START - 30 * MINUTE, ms: 15 * MINUTE }],
      false,
    ],
    [
      "yesterday does not count",
      { dailyMinutesCap: 10 },
      [{ id: "a", at: START - 24 * 60 * MINUTE, ms: MINUTE }],
      false,
    ],
    [
      "but does in the week",
      { weeklyMinutesCap: 10 },
      [{ id: "a", at: START - 24 * 60 * MINUTE, ms: MINUTE }],
      true,
    ],
    [
      "last week does not",
      { weeklyMinutesCap: 10 },
      [{ id: "a", at: START - 2 * 24 * 60 * MINUTE, ms: MINUTE }],
      false,
    ],
    [
      "what it played of itself is part of its length",
      { dailyMinutesCap: 10 },
      [{ id: "b1", at: START, ms: MINUTE }],
      false,
    ],
    ["nothing may sound", { dailyMinutesCap: 0 }, [], true],
  ])("a cap of minutes: %s", (_what, caps, heard, isRefused) => {
    // A Tuesday.
    const situation = at(START, { policy: { ...POLICY_UNTIL_TOLD, ...caps }, heard });
    const refused = { kind: "drop", type: "refused", reason: "minutes-cap" };
    const play = { kind: "play", seekMs: 0 };
    expect(nextStep(entryOf(), situation)).toEqual(isRefused ? refused : play);
    for (const other of ["announcement", "drill", "emergency"] as const)
      expect(nextStep(entryOf({ class: other }), situation)).toEqual(play);
  });

  const mostly = fc.integer({ min: 0, max: 4 }).map((value) => value > 0);
  const situations = fc.record({
    now: fc.double({ min: START - 20 * 60 * MINUTE, max: START + 20 * 60 * MINUTE, noNaN: true }),
    cached: mostly,
    voice: fc.constantFrom<VoiceState>("audible", "audible", "audible", "silent", "over"),
    online: mostly,
    clockTrusted: mostly,
    silenced: mostly.map((value) => !value),
    airTaken: mostly.map((value) => !value),
    policy: fc.constant<Policy>(POLICY_UNTIL_TOLD),
    heard: fc.constant([]),
  });
  const entries = fc
    .record({
      startAt: fc.integer({ min: START - 20 * 60 * MINUTE, max: START + 20 * 60 * MINUTE }),
      graceMs: fc.integer({ min: -MINUTE, max: 60 * MINUTE }),
      class: fc.constantFrom(...BROADCAST_CLASSES),
      lateness: fc.constantFrom(...LATENESS_POLICIES),
      offline: fc.constantFrom("play" as const, "skip" as const),
    })
    .map(({ graceMs, startAt, ...rest }) => entryOf({ ...rest, startAt, notAfter: startAt + graceMs }));

  const aroundAir = fc.double({ min: -2 * PREROLL_MS, max: 15 * MINUTE, noNaN: true });

  test("never plays too early, too late, in quiet hours, without media, trust, or the air", () => {
    fc.assert(
      fc.property(entries, situations, aroundAir, (entry, anyTime, offsetMs) => {
        const situation = { ...anyTime, now: entry.startAt + offsetMs };
        const step = nextStep(entry, situation);
        fc.pre(step.kind === "play");
        const startsAt = Math.max(situation.now, entry.startAt);
        expect(situation.now).toBeGreaterThanOrEqual(entry.startAt - PREROLL_MS);
        expect(startsAt).toBeLessThanOrEqual(entry.notAfter);
        expect(situation).toMatchObject({
          cached: true,
          voice: "audible",
          clockTrusted: true,
          silenced: false,
          airTaken: false,
        });
        expect(entry.class === "daily" && quietWindowAt(situation.policy, startsAt) !== undefined).toBe(
          false,
        );
        expect(entry.offline === "play" || situation.online).toBe(true);
        expect(entry.lateness === "skip" && startsAt - entry.startAt > 2_000).toBe(false);
        expect(step.seekMs).toBeLessThan(durationOf(entry.items));
      }),
      { numRuns: 1_000 },
    );
  });

  test("never gives up on the word of a clock that is not trusted, and always ends with one that is", () => {
    fc.assert(
      fc.property(entries, situations, (entry, situation) => {
        expect(nextStep(entry, { ...situation, clockTrusted: false }).kind).toBe("wait");
        const over = Math.max(entry.notAfter, entry.startAt + durationOf(entry.items)) + MINUTE;
        expect(nextStep(entry, { ...situation, now: over, clockTrusted: true }).kind).toBe("drop");
      }),
    );
    expect(nextStep(entryOf(), at(START, { clockTrusted: false }))).toMatchObject({
      because: "untrusted-clock",
    });
  });

  test("always waits for something that is still ahead", () => {
    fc.assert(
      fc.property(entries, situations, (entry, situation) => {
        const step = nextStep(entry, situation);
        fc.pre(step.kind === "wait");
        expect(step.until).toBeGreaterThan(situation.now);
      }),
    );
  });
});

describe("precedence", () => {
  test("class comes before authority, authority before priority, priority before the earlier start", () => {
    const emergency = entryOf({
      id: "e",
      class: "emergency",
      authority: "village",
      priority: 0,
      startAt: START + 1,
    });
    const province = entryOf({ id: "p", authority: "province", priority: 0, startAt: START + 1 });
    const town = entryOf({ id: "t", authority: "town", priority: 100 });
    const high = entryOf({ id: "h", priority: 90, startAt: START + 1 });
    const early = entryOf({ id: "x" });
    const late = entryOf({ id: "a", startAt: START + 1 });
    const inOrder = [emergency, province, high, early, late, town];
    expect(inOrder.toReversed().toSorted(byPrecedence)).toEqual(inOrder);
    expect(outranks(high, town)).toBe(true);
    expect(outranks(town, early)).toBe(false);
    expect(outranks(early, late)).toBe(false);
    expect(outranks(late, early)).toBe(false);
  });

  test("nothing outranks itself or what outranks it", () => {
    const some = fc.record({
      class: fc.constantFrom(...BROADCAST_CLASSES),
      authority: fc.constantFrom(...REGION_LEVELS),
      silent: fc.boolean(),
      priority: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [x, y] = [entryOf(a), entryOf(b)];
        expect(outranks(x, y) && outranks(y, x)).toBe(false);
        expect(outranks(x, x)).toBe(false);
      }),
    );
  });
});

describe("a newer playlist", () => {
  const playlistOf = (generatedAt: number, ...broadcasts: Entry[]): Playlist => ({
    version: 1,
    deviceId: "d",
    generatedAt,
    validUntil: generatedAt + 1,
    revision: 1,
    policy: POLICY_UNTIL_TOLD,
    fetch: { slotOffsetMs: 0, deadline: 0 },
    broadcasts,
  });
  const planOf = (...entries: Entry[]) => new Map(entries.map((entry) => [entry.id, entry]));

  test("withdraws what it lacks, keeps what was commanded after it was made, and replaces what it has", () => {
    const old = entryOf({ id: "old", knownSince: 10 });
    const changed = entryOf({ id: "changed", knownSince: 10 });
    const commanded = entryOf({ id: "commanded", knownSince: 30 });
    const listed = entryOf({ id: "changed", title: "改", startAt: START + MINUTE });
    const { plan, withdrawn } = mergePlaylist(planOf(old, changed, commanded), playlistOf(20, listed));
    expect(withdrawn).toEqual([old]);
    expect([...plan.keys()]).toEqual(["changed", "commanded"]);
    expect(plan.get("changed")).toMatchObject({ title: "改", knownSince: 20 });
  });

  test("leaves alerts alone, and withdraws an emergency that it listed itself", () => {
    const alert = entryFromAlert(
      {
        id: "alert",
        rev: 1,
        issuedAt: START,
        from: START,
        until: START + MINUTE,
        authority: "county",
        programme: "",
        title: "",
        items: [item],
      },
      "370783000000",
    );
    const emergency = entryOf({ id: "listed", class: "emergency", knownSince: 10 });
    const { plan, withdrawn } = mergePlaylist(planOf(alert, emergency), playlistOf(START + 1));
    expect([...plan.keys()]).toEqual(["alert"]);
    expect(withdrawn).toEqual([emergency]);
  });
});
