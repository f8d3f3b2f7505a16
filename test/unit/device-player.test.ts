import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { openJournal } from "../../devices/core/journal.ts";
import { type Ending, NotNowError, type Output, type Programme } from "../../devices/core/output.ts";
import { type Entry, POLICY_UNTIL_TOLD } from "../../devices/core/plan.ts";
import { createPlayer } from "../../devices/core/player.ts";
import { createReporter } from "../../devices/core/reporter.ts";
import { createSilence } from "../../devices/core/silence.ts";
import { unsupervised } from "../../devices/core/supervisor.ts";
import { createDisk } from "../../devices/simulator/disk.ts";
import { createSilentOutput } from "../../devices/simulator/silent-output.ts";
import type { Item } from "../../src/protocol/messages.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 11, 1, 4);
const stream = { sha256: "s", url: "/media/s" };
const film = {
  id: "film",
  class: "daily",
  title: "乡村振兴",
  startAt: START,
  notAfter: START + 10 * MINUTE,
  lateness: "join",
  offline: "play",
  items: [{ sha256: "a", bytes: 1, durationMs: 10 * MINUTE, stream }],
} as unknown as Entry;

interface Given {
  plan?: Entry[];
  disk: ReturnType<typeof createDisk>;
  clock: { now: number; trusted: boolean };
  output: Output;
  isThere?: (item: Pick<Item, "sha256">) => boolean;
  isOnline?: () => boolean;
}

function setUp({ plan = [film], disk, clock, output, isThere = () => true, isOnline = () => true }: Given) {
  const now = () => clock.now;
  const log = pino({ level: "silent" });
  const journal = openJournal(disk.mount(), "boot", clock.now);
  const reporter = createReporter({ journal, now, isOnline: () => false, send: async () => {} });
  const looks = vi.fn<() => Entry[]>(() => plan);
  const player = createPlayer({
    entries: looks,
    cache: { has: isThere, pathOf: () => "a" },
    output,
    journal,
    reporter,
    now,
    clockTrusted: () => clock.trusted,
    isOnline,
    policy: () => ({ ...POLICY_UNTIL_TOLD, quietHours: [] }),
    volumeFor: () => 100,
    onStreamed() {},
    openFeed: () => {
      throw new Error("nobody speaks live");
    },
    log,
    silence: createSilence({ log, faults: { set() {}, list: () => [] }, onChange() {} }),
    rejoins: true,
    supervise: unsupervised,
  });
  return {
    player,
    journal,
    looks,
    records: () => journal.unacknowledged().flatMap(({ records }) => records),
    async close() {
      await player.close();
      reporter.close();
    },
  };
}

test("what a restart cut off is settled by a clock that is trusted alone", async () => {
  const disk = createDisk();
  const before = openJournal(disk.mount(), "before", START);
  before.begin("film", START, { kind: "heard", id: "film", at: START, ms: 10 * MINUTE });
  before.close();

  // A box without a battery begins in another year.
  const clock = { now: Date.UTC(2020, 0, 1), trusted: false };
  const sounds: string[] = [];
  const output = createSilentOutput({ now: () => clock.now, onSound: (id) => void sounds.push(id) });
  const { player, journal, looks, close } = setUp({ disk, clock, output });
  player.wake();
  await vi.waitFor(() => expect(looks).toHaveBeenCalled());
  expect(journal.unacknowledged()).toEqual([]);
  expect(journal.heardOf("film")).toMatchObject({ ms: 10 * MINUTE });

  Object.assign(clock, { now: START + 3 * MINUTE, trusted: true });
  player.wake();
  await vi.waitFor(() => expect(sounds).toEqual(["film"]));
  expect(journal.unacknowledged()).toMatchObject([
    { records: [{ type: "interrupted", reason: "restart", at: START + 3 * MINUTE }] },
  ]);
  await close();
});

/** A screen that shows what it is told, and ends as it is told. */
function createScreen(clock: { now: number }) {
  const shown: Programme[] = [];
  const ends: ((ending: Ending) => void)[] = [];
  let does: "show" | "refuse" | "load for ever" = "show";
  const silent = createSilentOutput({ now: () => clock.now, onSound() {} });
  const output: Output = {
    ...silent,
    streams: true,
    async prepare(programme, abandoned) {
      if (does === "refuse") throw new NotNowError("the server does not answer");
      if (does === "load for ever")
        await new Promise((_, reject) =>
          abandoned?.addEventListener("abort", () => reject(new NotNowError("given up"))),
        );
      const ended = Promise.withResolvers<Ending>();
      ends.push(ended.resolve);
      return {
        async start() {
          shown.push(programme);
          return { firstSampleAt: clock.now };
        },
        ended: ended.promise,
        stop: async () => ended.resolve({ positionMs: 0, complete: false }),
      };
    },
  };
  return {
    output,
    shown,
    make: (what: typeof does) => (does = what),
    end: (ending: Ending) => ends.at(-1)?.(ending),
  };
}

test("a film that is not there is shown as a stream while the line holds, and goes on from the file once that is there", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  const clock = { now: START + MINUTE, trusted: true };
  const screen = createScreen(clock);
  const have = { file: false, line: false };
  const { player, records, close } = setUp({
    disk: createDisk(),
    clock,
    output: screen.output,
    isThere: () => have.file,
    isOnline: () => have.line,
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  player.wake();
  await pass(1_000);
  expect(screen.shown).toEqual([]);

  // With the line there, but a server that does not answer, it rests before it tries again.
  have.line = true;
  screen.make("refuse");
  await pass(1_000);
  expect(player.streamed).toBeNull();
  screen.make("show");
  await pass(5_000);
  expect(screen.shown).toEqual([]);
  await pass(6_000);
  expect(screen.shown).toMatchObject([{ seekMs: MINUTE, joins: true, parts: [{ path: "a", stream }] }]);
  expect(player.streamed).toBe("film");

  clock.now += MINUTE;
  have.line = false;
  screen.end({ positionMs: 2 * MINUTE, complete: false, reason: "stalled" });
  await pass(11_000);
  expect(player.streamed).toBeNull();
  expect(screen.shown).toHaveLength(1);

  clock.now += MINUTE;
  have.file = true;
  await pass(1_000);
  expect(screen.shown).toHaveLength(2);
  expect(screen.shown[1]).toMatchObject({ seekMs: 3 * MINUTE, parts: [{ path: "a" }] });
  expect(screen.shown[1]?.parts[0]).not.toHaveProperty("stream");

  clock.now = START + 10 * MINUTE;
  screen.end({ positionMs: 10 * MINUTE, complete: true });
  await pass(0);
  // It was seen to its end, but not whole.
  expect(records()).toMatchObject([
    { type: "started" },
    { type: "interrupted", reason: "stalled", positionMs: 2 * MINUTE },
    { type: "started" },
    { type: "interrupted", reason: "stalled", positionMs: 10 * MINUTE },
  ]);
  await close();
  vi.useRealTimers();
});

test("a stream that stalled and never came back is told of once", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  const clock = { now: START + MINUTE, trusted: true };
  const screen = createScreen(clock);
  const have = { line: true };
  const { player, journal, records, close } = setUp({
    disk: createDisk(),
    clock,
    output: screen.output,
    isThere: () => false,
    isOnline: () => have.line,
  });
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  have.line = false;
  screen.end({ positionMs: 2 * MINUTE, complete: false, reason: "stalled" });
  clock.now = START + 11 * MINUTE;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(records()).toMatchObject([{ type: "started" }, { type: "interrupted", reason: "stalled" }]);
  expect(journal.isDone("film")).toBe(true);
  await close();
  vi.useRealTimers();
});

test("a stream that still loads is given up at once: by a stop for good, by what outranks it until that is over", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  const clock = { now: START + MINUTE, trusted: true };
  const screen = createScreen(clock);
  screen.make("load for ever");
  const alert = {
    ...film,
    id: "alert",
    class: "emergency",
    startAt: START + 2 * MINUTE,
    items: [{ sha256: "alert", bytes: 1, durationMs: MINUTE }],
  } as unknown as Entry;
  const have = { film: false };
  const { player, journal, records, close } = setUp({
    plan: [film, alert],
    disk: createDisk(),
    clock,
    output: screen.output,
    isThere: ({ sha256 }) => sha256 === "alert" || have.film,
  });
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  expect(player.streamed).toBe("film");

  clock.now = START + 2 * MINUTE;
  screen.make("show");
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  expect(screen.shown).toMatchObject([{ broadcastId: "alert" }]);
  screen.make("load for ever");
  screen.end({ positionMs: MINUTE, complete: true });
  await vi.advanceTimersByTimeAsync(500);
  expect(player.streamed).toBe("film");

  // The file comes in the very moment that it is stopped.
  have.film = true;
  screen.make("show");
  await player.stop("film", "stopped");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(screen.shown).toHaveLength(1);
  expect(journal.isDone("film")).toBe(true);
  expect(records().filter(({ broadcastId }) => broadcastId === "film")).toMatchObject([
    { type: "skipped", reason: "stopped" },
  ]);
  await close();
  vi.useRealTimers();
});

test("what sounds is not cut off for a stream that may fail", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  const clock = { now: START, trusted: true };
  const screen = createScreen(clock);
  screen.make("refuse");
  const lesser = {
    ...film,
    id: "lesser",
    priority: 1,
    lateness: "skip",
    startAt: START + MINUTE,
    items: [{ sha256: "lesser", bytes: 1, durationMs: MINUTE }],
  } as unknown as Entry;
  const { player, records, close } = setUp({
    plan: [{ ...film, priority: 9 }, lesser],
    disk: createDisk(),
    clock,
    output: screen.output,
    isThere: ({ sha256 }) => sha256 === "lesser",
  });
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  clock.now = START + MINUTE;
  screen.make("show");
  player.wake();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(screen.shown).toMatchObject([{ broadcastId: "lesser" }]);
  screen.end({ positionMs: MINUTE, complete: true });
  clock.now = START + 2 * MINUTE;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(screen.shown).toMatchObject([
    { broadcastId: "lesser" },
    { broadcastId: "film", seekMs: 2 * MINUTE },
  ]);
  expect(records().filter(({ broadcastId }) => broadcastId === "lesser")).toMatchObject([
    { type: "started" },
    { type: "finished" },
  ]);
  await close();
  vi.useRealTimers();
});

test("a stream takes the air from what is silent, as everything does", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  const clock = { now: START, trusted: true };
  const screen = createScreen(clock);
  const drill = {
    ...film,
    id: "drill",
    class: "drill",
    silent: true,
    lateness: "skip",
    items: [{ sha256: "drill", bytes: 1, durationMs: 10 * MINUTE }],
  } as unknown as Entry;
  const { player, records, close } = setUp({
    plan: [drill, { ...film, startAt: START + MINUTE }],
    disk: createDisk(),
    clock,
    output: screen.output,
    isThere: ({ sha256 }) => sha256 === "drill",
  });
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  expect(screen.shown).toMatchObject([{ broadcastId: "drill" }]);
  clock.now = START + MINUTE;
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  expect(screen.shown).toMatchObject([{ broadcastId: "drill" }, { broadcastId: "film" }]);
  expect(records()).toMatchObject([
    { type: "started", broadcastId: "drill" },
    { type: "interrupted", broadcastId: "drill", reason: "preempted" },
    { type: "started", broadcastId: "film" },
  ]);
  await close();
  vi.useRealTimers();
});

test("a file that still loads is given up at once for what outranks it, and shown when that is over", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  const clock = { now: START, trusted: true };
  const screen = createScreen(clock);
  screen.make("load for ever");
  const alert = {
    ...film,
    id: "alert",
    class: "emergency",
    startAt: START + MINUTE,
    items: [{ sha256: "alert", bytes: 1, durationMs: MINUTE }],
  } as unknown as Entry;
  const { player, records, close } = setUp({
    plan: [film, alert],
    disk: createDisk(),
    clock,
    output: screen.output,
  });
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  clock.now = START + MINUTE;
  screen.make("show");
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  expect(screen.shown).toMatchObject([{ broadcastId: "alert" }]);
  clock.now = START + 2 * MINUTE;
  screen.end({ positionMs: MINUTE, complete: true });
  await vi.advanceTimersByTimeAsync(500);
  expect(screen.shown).toMatchObject([{ broadcastId: "alert" }, { broadcastId: "film", seekMs: 2 * MINUTE }]);
  expect(records().filter(({ broadcastId }) => broadcastId === "film")).toMatchObject([{ type: "started" }]);
  await close();
  vi.useRealTimers();
});

test("a film of which much was jumped over is not told of as finished", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
  const clock = { now: START, trusted: true };
  const screen = createScreen(clock);
  const { player, journal, records, close } = setUp({ disk: createDisk(), clock, output: screen.output });
  player.wake();
  await vi.advanceTimersByTimeAsync(500);
  clock.now = START + 10 * MINUTE;
  screen.end({ positionMs: 10 * MINUTE, complete: true, hasGaps: true });
  await vi.advanceTimersByTimeAsync(0);
  expect(records()).toMatchObject([
    { type: "started" },
    { type: "interrupted", reason: "stalled", positionMs: 10 * MINUTE },
  ]);
  expect(journal.isDone("film")).toBe(true);
  await close();
  vi.useRealTimers();
});
