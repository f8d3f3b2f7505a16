import { pino } from "pino";
import { expect, test } from "vitest";
import { type Journal, openJournal } from "../../devices/core/journal.ts";
import type { Ending, Prepared } from "../../devices/core/output.ts";
import type { Entry } from "../../devices/core/plan.ts";
import { createReporter } from "../../devices/core/reporter.ts";
import { perform, type Turn } from "../../devices/core/turn.ts";
import { createDisk } from "../../devices/simulator/disk.ts";

const NOW = Date.UTC(2026, 11, 1, 4);
const entry = {
  id: "b",
  class: "daily",
  title: "乡村振兴",
  startAt: NOW,
  items: [{ sha256: "a", bytes: 1, durationMs: 60_000 }],
} as unknown as Entry;

const now = () => NOW;

const newTurn = (): Turn => ({
  entry,
  ending: null,
  prepared: null,
  wasHeard: false,
  hasStalled: false,
  hasGaps: false,
  started: false,
  abandoned: new AbortController(),
  over: Promise.resolve(),
  giveUp() {},
});

/** Performs a turn with an output that does what is given. @returns whether it may have the air again, and what was written down */
async function performed(
  turn: Turn,
  { start, ending }: { start: (journal: Journal) => Awaited<ReturnType<Prepared["start"]>>; ending: Ending },
) {
  const journal = openJournal(createDisk().mount(), "boot", NOW);
  const reporter = createReporter({ journal, now, isOnline: () => false, send: async () => {} });
  const mayGoOn = await perform(turn, 0, {
    prepare: async () => ({
      start: async () => start(journal),
      ended: Promise.resolve(ending),
      stop: async () => {},
    }),
    judge: () => ({ kind: "play", seekMs: 0 }),
    drop: (_, type, reason) =>
      reporter.report({ type, broadcastId: "b", reason }, { kind: "done", id: "b", at: NOW }),
    journal,
    reporter,
    now,
    log: pino({ level: "silent" }),
  });
  reporter.close();
  return { mayGoOn, journal };
}

test("what ended without a sound counts nothing against the cap of minutes", async () => {
  const asBegun: ReturnType<Journal["heardOf"]>[] = [];
  const { mayGoOn, journal } = await performed(newTurn(), {
    start(at) {
      asBegun.push(at.heardOf("b"));
      return null;
    },
    ending: { positionMs: 0, complete: false, reason: "late" },
  });
  expect(mayGoOn).toBe(false);
  expect(asBegun).toMatchObject([{ ms: 60_000 }]);
  expect(journal.heardOf("b")).toMatchObject({ ms: 0 });
  expect(journal.unacknowledged()).toMatchObject([{ records: [{ type: "skipped", reason: "late" }] }]);
});

test("what was jumped over before something took the air is not forgotten when it goes on", async () => {
  const turn = newTurn();
  const { mayGoOn, journal } = await performed(turn, {
    start() {
      turn.ending = { reason: "preempted", final: false };
      return { firstSampleAt: NOW };
    },
    ending: { positionMs: 20_000, complete: false, hasGaps: true },
  });
  expect(mayGoOn).toBe(true);
  expect(turn).toMatchObject({ hasGaps: true, hasStalled: false });
  expect(journal.unacknowledged()).toMatchObject([
    { records: [{ type: "started" }, { type: "interrupted", reason: "preempted" }] },
  ]);
});
