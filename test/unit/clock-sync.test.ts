import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClockSync } from "../../devices/core/clock-sync.ts";
import { createDeviceClock } from "../../devices/core/device-clock.ts";
import { openStore } from "../../devices/core/device-folder.ts";
import { unsupervised } from "../../devices/core/supervisor.ts";
import { createMemoryLog } from "../support/memory-log.ts";

let state: string;
beforeEach(() => void (state = mkdtempSync(join(tmpdir(), "ccx-sync-"))));
afterEach(() => rmSync(state, { recursive: true }));

/** A line with these one-way delays, and a server whose clock is `aheadMs` ahead of the monotonic one. */
async function compareOver(delays: (count: number) => [there: number, back: number], aheadMs: number) {
  let asked = 0;
  const clock = createDeviceClock(openStore(state));
  const sync = createClockSync({
    clock,
    link: {
      async sampleTime() {
        const [there, back] = delays(asked);
        asked += 1;
        const at = 1_000 * asked;
        return {
          sentAt: at,
          receivedAt: at + there + back,
          t2: at + there + aheadMs,
          t3: at + there + aheadMs,
        };
      },
    },
    log: createMemoryLog().log,
    onCompared: () => {},
    supervise: unsupervised,
  });
  await sync.run();
  sync.close();
  return { asked, errorMs: clock.now() - performance.now() - aheadMs };
}

test("on a quick line five comparisons of the clock are enough", async () => {
  const { asked, errorMs } = await compareOver(() => [2, 2], 5_000);
  expect(asked).toBe(5);
  expect(Math.abs(errorMs)).toBeLessThan(1);
});

test("on a line whose packets are late by chance it goes on for longer, and takes the quickest", async () => {
  // Only the fifteenth travels undisturbed; each other is late in one direction.
  const { asked, errorMs } = await compareOver((count) => (count === 14 ? [50, 50] : [50, 150]), 5_000);
  expect(asked).toBe(20);
  expect(Math.abs(errorMs)).toBeLessThan(1);
});
