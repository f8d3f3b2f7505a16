import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BROADCAST_STATES,
  type Broadcast,
  type BroadcastState,
  dueState,
  mayFollow,
  settlesAt,
} from "../../src/broadcasts/broadcast.ts";

const START = 1_000_000_000_000;
const FREEZE = 600_000;

const broadcast = (state: BroadcastState, changes: Partial<Broadcast> = {}): Broadcast => ({
  id: "b",
  scheduleId: "s",
  localDate: "2026-12-01",
  localTime: "07:00",
  startAt: START,
  notAfter: START + 300_000,
  class: "daily",
  priority: 50,
  lateness: "join",
  offline: "play",
  volume: null,
  silent: false,
  kinds: ["loudspeaker"],
  areas: ["370783000000"],
  exclude: [],
  groups: [],
  tags: [],
  programme: "党建之声",
  contentKind: "episode",
  contentId: "e",
  contentBy: "policy",
  title: "t",
  state,
  reason: null,
  whyNot: null,
  endsAt: START + 900_000,
  ...changes,
});
const due = (b: Broadcast, now: number, started = false, isCatchingUp = false) =>
  dueState(b, { now, freezeMs: FREEZE, started: () => started, isCatchingUp });

describe("what time does to a broadcast", () => {
  test("ready freezes ten minutes before air, and not sooner", () => {
    expect(due(broadcast("ready"), START - FREEZE - 1)).toBeNull();
    expect(due(broadcast("ready"), START - FREEZE)).toBe("frozen");
  });

  test("frozen goes on air at its instant", () => {
    expect(due(broadcast("frozen"), START - 1)).toBeNull();
    expect(due(broadcast("frozen"), START)).toBe("on_air");
  });

  test("without content it is missed, never frozen", () => {
    expect(due(broadcast("planned"), START - 1)).toBeNull();
    expect(due(broadcast("planned"), START)).toBe("missed");
  });

  test("on air it becomes aired or failed by what devices reported, once its end has settled", () => {
    const b = broadcast("on_air");
    expect(due(b, settlesAt(b) - 1, true)).toBeNull();
    expect(due(b, settlesAt(b), true)).toBe("aired");
    expect(due(b, settlesAt(b), false)).toBe("failed");
    // Who was away has not heard yet what devices did.
    expect(due(b, settlesAt(b), false, true)).toBeNull();
    expect(due(b, settlesAt(b), true, true)).toBe("aired");
  });

  test("a policy that plays the whole late settles after the latest possible end", () => {
    const whole = broadcast("on_air", { lateness: "play" });
    expect(settlesAt(whole)).toBe(whole.notAfter + 900_000 + 30_000);
  });

  test("from any state, at any instant, stepping on ends, and only by allowed transitions", () => {
    const instant = fc.integer({ min: START - 2 * FREEZE, max: START + 10 * FREEZE });
    fc.assert(
      fc.property(fc.constantFrom(...BROADCAST_STATES), instant, fc.boolean(), (state, now, started) => {
        let current = broadcast(state);
        for (let steps = 0; ; steps += 1) {
          expect(steps).toBeLessThan(BROADCAST_STATES.length);
          const next = due(current, now, started);
          if (next === null) break;
          expect(mayFollow(current.state, next)).toBe(true);
          current = { ...current, state: next };
        }
      }),
    );
  });

  test("time never revives what is over", () => {
    for (const state of ["aired", "failed", "cancelled", "missed"] as const) {
      expect(due(broadcast(state), START + 100 * FREEZE, true)).toBeNull();
    }
  });
});
