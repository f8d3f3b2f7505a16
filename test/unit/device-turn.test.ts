import { pino } from "pino";
import { expect, test } from "vitest";
import { openJournal } from "../../devices/core/journal.ts";
import type { Ending } from "../../devices/core/output.ts";
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

test("what ended without a sound counts nothing against the cap of minutes", async () => {
  const journal = openJournal(createDisk().mount(), "boot", NOW);
  const now = () => NOW;
  const reporter = createReporter({ journal, now, isOnline: () => false, send: async () => {} });
  const turn: Turn = {
    entry,
    ending: null,
    prepared: null,
    wasHeard: false,
    hasStalled: false,
    started: false,
    abandoned: new AbortController(),
    over: Promise.resolve(),
    giveUp() {},
  };
  let asBegun = journal.heardOf("b");
  const mayGoOn = await perform(turn, 0, {
    prepare: async () => ({
      async start() {
        asBegun = journal.heardOf("b");
        return null;
      },
      ended: Promise.resolve<Ending>({ positionMs: 0, complete: false, reason: "late" }),
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
  expect(mayGoOn).toBe(false);
  expect(asBegun).toMatchObject({ ms: 60_000 });
  expect(journal.heardOf("b")).toMatchObject({ ms: 0 });
  expect(journal.unacknowledged()).toMatchObject([{ records: [{ type: "skipped", reason: "late" }] }]);
});
