import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BROADCAST_STATES, type BroadcastState, mayFollow } from "../../src/broadcasts/broadcast.ts";
import { catchUp } from "../../src/broadcasts/catch-up.ts";
import { MINUTE_MS } from "../../src/clock.ts";
import type { ScheduleDefinition } from "../../src/schedules/schedule.ts";
import { addEpisode, approveAt, type Desk, openDesk, renderAll } from "../support/desk.ts";
import { createTestClock, type TestClock } from "../support/fleet.ts";

/**
 * Random lives of a timetable on the real services and a real database: planning, freezing, stopping, editing, approving,
 * time that passes, clocks that are set, and another process in between. What must hold is looked at after every step.
 */
const START = Date.parse("2026-12-01T07:40:00+08:00");
const EPISODES = [1, 2, 3];

interface Row {
  id: string;
  slot: string;
  state: BroadcastState;
  startAt: number;
  contentId: string | null;
  superseded: 0 | 1;
}
interface Town {
  desk: Desk;
  clock: TestClock;
  scheduleId: string;
  episodes: string[];
}
/** What was seen of each broadcast before. */
interface Seen {
  rows: Map<string, Row>;
  /** Slots that had a broadcast on air. */
  begun: Map<string, string>;
  /** Content by whether it is approved. */
  approved: Set<string>;
  restarts: number;
}

let town: Town;
beforeAll(async () => {
  const clock = createTestClock(START);
  const desk = await openDesk(clock);
  for (const { id } of desk.services.schedules.active()) desk.services.schedules.end(id);
  const episodes = EPISODES.map((number) => addEpisode(desk, number));
  town = { desk, clock, scheduleId: "", episodes };
});
afterAll(() => town.desk.close());

const definition = (
  minutes: readonly number[],
  more: Partial<ScheduleDefinition> = {},
): ScheduleDefinition => ({
  name: "试播",
  rule: {
    dates: [dateAt(town.clock.now()), dateAt(town.clock.now() + 24 * 60 * MINUTE_MS)],
    times: [...new Set(minutes.map((minute) => timeAt(minute)))],
  },
  zone: "Asia/Shanghai",
  targets: { regions: ["370783000000"], kinds: ["loudspeaker"] },
  content: { policy: "latest-approved" },
  class: "announcement",
  priority: 50,
  lateness: "join",
  graceMinutes: 5,
  offline: "play",
  ...more,
});
const local = (at: number) => new Date(at + 8 * 60 * MINUTE_MS).toISOString();
const dateAt = (at: number) => local(at).slice(0, 10);
const timeAt = (minute: number) =>
  `${String(8 + Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

function rowsOf({ desk, scheduleId }: Town): Row[] {
  return desk.db
    .prepare<[string], Row>(
      `SELECT id, local_date || local_time AS slot, state, start_at AS startAt, content_id AS contentId, superseded
       FROM broadcasts WHERE schedule_id = ?`,
    )
    .all(scheduleId);
}

/** Whether a state can be come to by allowed steps, as several may pass between two looks. */
const reachable = (from: BroadcastState, to: BroadcastState, via: readonly BroadcastState[] = []): boolean =>
  from === to ||
  BROADCAST_STATES.some(
    (next) => mayFollow(from, next) && !via.includes(next) && reachable(next, to, [...via, from]),
  );

const HAS_BEGUN = new Set<BroadcastState>(["on_air", "aired", "failed"]);

/** Over all lives, so that it shows if they came to nothing. */
const statesMet = new Set<BroadcastState>();

function look(seen: Seen): void {
  const rows = rowsOf(town);
  for (const { state } of rows) statesMet.add(state);
  const current = rows.filter(({ superseded }) => superseded === 0);
  expect(new Set(current.map(({ slot }) => slot)).size).toBe(current.length);
  for (const row of rows) {
    const before = seen.rows.get(row.id);
    const from = before?.state ?? "planned";
    expect(reachable(from, row.state), `${from} → ${row.state}`).toBe(true);
    // Nothing that lost its approval freezes, nor goes on.
    const isLive = row.state === "frozen" || row.state === "on_air";
    if (isLive) expect(seen.approved.has(row.contentId ?? "")).toBe(true);
    if (HAS_BEGUN.has(row.state)) {
      const other = seen.begun.get(row.slot);
      expect(other ?? row.id, `slot ${row.slot} begins once`).toBe(row.id);
      seen.begun.set(row.slot, row.id);
    }
    // What is fixed stays what it is.
    if (before && (before.state === "frozen" || before.state === "on_air"))
      expect([row.startAt, row.contentId]).toEqual([before.startAt, before.contentId]);
  }
  for (const [id, { state }] of seen.rows) {
    const isGone = !rows.some((row) => row.id === id);
    if (isGone) expect(["planned", "ready"]).toContain(state);
  }
  seen.rows = new Map(rows.map((row) => [row.id, row]));
}

const tick = () => town.desk.services.conductor.tick();
type Step = fc.AsyncCommand<Seen, Town>;
/** A step of which nothing but the invariants is asked. */
function step(name: string, run: (seen: Seen) => void | Promise<void>): Step {
  return {
    check: () => true,
    async run(seen) {
      await run(seen);
      look(seen);
    },
    toString: () => name,
  };
}
/** A refusal is an answer: what was asked could not be done. */
function tried(change: () => unknown): void {
  try {
    change();
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid|conflict)$/) });
  }
}

const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 3 });
/** The commonest. */
const timePasses = fc.integer({ min: 1, max: 40 }).map((passed) =>
  step(`pass ${passed} min`, () => {
    town.clock.advance(passed * MINUTE_MS);
    tick();
  }),
);
const steps: fc.Arbitrary<Step>[] = [
  timePasses,
  timePasses,
  timePasses,
  fc.integer({ min: -30, max: 30 }).map((by) =>
    step(`set the clock by ${by} min`, () => {
      town.clock.step(by * MINUTE_MS);
      tick();
      town.desk.services.planner.planAll();
    }),
  ),
  minutes.map((times) =>
    step(`edit to ${times.map(timeAt).join()}`, () => {
      tried(() => town.desk.services.schedules.change(town.scheduleId, definition(times)));
    }),
  ),
  fc.tuple(minutes, fc.nat(EPISODES.length - 1)).map(([times, index]) =>
    step(`edit to ${times.map(timeAt).join()}, episode ${index}`, () => {
      const content = { policy: "item" as const, contentId: town.episodes[index] ?? "" };
      tried(() => town.desk.services.schedules.change(town.scheduleId, definition(times, { content })));
    }),
  ),
  fc.nat(10).map((index) =>
    step(`stop ${index}`, (seen) => {
      const rows = [...seen.rows.values()];
      const row = rows[index % Math.max(rows.length, 1)];
      if (row) tried(() => town.desk.services.broadcasts.stop(row.id, "by hand"));
    }),
  ),
  fc.constant(null).map(() => stopAll),
  fc.nat(EPISODES.length - 1).map((index) =>
    step(`withdraw ${index}`, (seen) => {
      const id = town.episodes[index] ?? "";
      const { people, reviews } = town.desk.services;
      reviews.withdraw({ kind: "episode", id }, people.get(town.desk.userId), null);
      seen.approved.delete(id);
    }),
  ),
  fc.nat(EPISODES.length - 1).map((index) =>
    step(`approve ${index}`, (seen) => {
      const id = town.episodes[index] ?? "";
      renderAll(town.desk);
      approveAt(town.desk, { kind: "episode", id });
      seen.approved.add(id);
    }),
  ),
  fc.constant(
    step("another process", async (seen) => {
      // Once in a life: it takes as long as all the rest.
      if (seen.restarts > 0) return;
      seen.restarts += 1;
      await town.desk.restart();
      catchUp(town.desk.services);
    }),
  ),
];

/** A morning of its own for each life. */
async function live(times: number[], life: Iterable<Step>): Promise<void> {
  const { desk, clock, episodes } = town;
  const mornings = Math.ceil((clock.now() - START) / (48 * 60 * MINUTE_MS) + 1);
  clock.step(START + mornings * 48 * 60 * MINUTE_MS - clock.now());
  for (const { id } of desk.services.schedules.active()) desk.services.schedules.end(id);
  for (const id of episodes) approveAt(desk, { kind: "episode", id });
  const programmeId = desk.services.programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  town.scheduleId = desk.services.schedules.create({ programmeId, ...definition(times) }).id;
  const model: Seen = { rows: new Map(), begun: new Map(), approved: new Set(episodes), restarts: 0 };
  await fc.asyncModelRun(() => ({ model, real: town }), life);
}

const aMinute = step("a minute", () => {
  town.clock.advance(MINUTE_MS);
  tick();
});
const stopAll = step("stop everything", () => {
  const { services, userId } = town.desk;
  services.broadcasts.cancelAll(services.broadcasts.prepareStopAll(), "by hand", userId);
});

test("the usual life meets every state, the look at it included", async () => {
  const minutesOf = (count: number) => Array.from({ length: count }, () => aMinute);
  await live([0, 50], [...minutesOf(65), stopAll, ...minutesOf(5)]);
  expect([...statesMet]).toEqual(
    expect.arrayContaining(["ready", "frozen", "on_air", "failed", "cancelled"]),
  );
}, 60_000);

test("any life of a timetable: allowed steps only, no slot begins twice, nothing unapproved is fixed", async () => {
  statesMet.clear();
  const commands = fc.commands(steps, { maxCommands: 30, size: "max" });
  await fc.assert(fc.asyncProperty(minutes, commands, live), { numRuns: 12, endOnFailure: true });
  expect([...statesMet]).toEqual(expect.arrayContaining(["ready", "frozen", "cancelled"]));
}, 180_000);

test("down over a start that devices may have played: the dates after it go back only once nobody has said so in time", async () => {
  const { desk, clock, episodes } = town;
  const DAY = 24 * 60 * MINUTE_MS;
  clock.step(START + 400 * DAY - clock.now());
  for (const { id } of desk.services.schedules.active()) desk.services.schedules.end(id);
  for (const id of episodes) approveAt(desk, { kind: "episode", id });
  const programmeId = desk.services.programmes.all().find(({ kind }) => kind === "broadcast")?.id ?? "";
  const daily = definition([0], {
    rule: { dates: [1, 2, 3].map((days) => dateAt(clock.now() + days * DAY)), times: ["08:00"] },
    content: { policy: "next-approved" },
    class: "daily",
  });
  const { id } = desk.services.schedules.create({ programmeId, ...daily });
  const planned = () => rowsOf({ ...town, scheduleId: id }).map(({ state, contentId }) => [state, contentId]);
  const [one, two, three] = episodes;
  expect(planned()).toEqual([
    ["ready", one],
    ["ready", two],
    ["ready", three],
  ]);

  // Up again after the first start, and long before the second.
  clock.advance(30 * 60 * MINUTE_MS);
  await desk.restart();
  catchUp(desk.services);
  expect(planned()).toEqual([
    ["on_air", one],
    ["ready", two],
    ["ready", three],
  ]);

  clock.advance(5 * MINUTE_MS);
  tick();
  desk.services.planner.planAll();
  expect(planned()).toEqual([
    ["failed", one],
    ["ready", one],
    ["ready", two],
  ]);
}, 60_000);
