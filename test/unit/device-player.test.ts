import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { openJournal } from "../../devices/core/journal.ts";
import { type Entry, POLICY_UNTIL_TOLD } from "../../devices/core/plan.ts";
import { createPlayer } from "../../devices/core/player.ts";
import { createReporter } from "../../devices/core/reporter.ts";
import { createSilence } from "../../devices/core/silence.ts";
import { unsupervised } from "../../devices/core/supervisor.ts";
import { createDisk } from "../../devices/simulator/disk.ts";
import { createSilentOutput } from "../../devices/simulator/silent-output.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 11, 1, 4);
const film = {
  id: "film",
  class: "daily",
  title: "乡村振兴",
  startAt: START,
  notAfter: START + 10 * MINUTE,
  lateness: "join",
  offline: "play",
  items: [{ sha256: "a", bytes: 1, durationMs: 10 * MINUTE }],
} as unknown as Entry;

test("what a restart cut off is settled by a clock that is trusted alone", async () => {
  const disk = createDisk();
  const before = openJournal(disk.mount(), "before", START);
  before.begin("film", START, { kind: "heard", id: "film", at: START, ms: 10 * MINUTE });
  before.close();

  // A box without a battery begins in another year.
  const clock = { now: Date.UTC(2020, 0, 1), trusted: false };
  const now = () => clock.now;
  const log = pino({ level: "silent" });
  const journal = openJournal(disk.mount(), "after", clock.now);
  const reporter = createReporter({ journal, now, isOnline: () => false, send: async () => {} });
  const sounds: string[] = [];
  const looks = vi.fn<() => Entry[]>(() => [film]);
  const player = createPlayer({
    entries: looks,
    cache: { has: () => true, pathOf: () => "" },
    output: createSilentOutput({ now, onSound: (id) => void sounds.push(id) }),
    journal,
    reporter,
    now,
    clockTrusted: () => clock.trusted,
    isOnline: () => true,
    policy: () => ({ ...POLICY_UNTIL_TOLD, quietHours: [] }),
    volumeFor: () => 100,
    openFeed: () => {
      throw new Error("nobody speaks live");
    },
    log,
    silence: createSilence({ log, faults: { set() {}, list: () => [] }, onChange() {} }),
    rejoins: true,
    supervise: unsupervised,
  });
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
  await player.close();
  reporter.close();
});
