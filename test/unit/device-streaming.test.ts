import { expect, test } from "vitest";
import type { Ending, Programme } from "../../devices/core/output.ts";
import { createStreaming } from "../../devices/core/streaming.ts";
import { createSilentOutput } from "../../devices/simulator/silent-output.ts";

const part = { path: "a", durationMs: 60_000, stream: { sha256: "s", url: "/media/s" } };
const programme = (broadcastId: string): Programme => ({
  broadcastId,
  startAt: 0,
  parts: [part],
  seekMs: 0,
  volume: 100,
});

test("one that ends late, as its output stood still, does not end the one that is shown since", async () => {
  const ends = new Map<string, (ending: Ending) => void>();
  const streaming = createStreaming({
    output: {
      ...createSilentOutput({ now: () => 0, onSound() {} }),
      streams: true,
      async prepare({ broadcastId }) {
        const { promise: ended, resolve } = Promise.withResolvers<Ending>();
        ends.set(broadcastId, resolve);
        return { ended, start: async () => null, stop: async () => {} };
      },
    },
    cache: { has: () => false, pathOf: () => "a" },
    isOnline: () => true,
    onChange() {},
  });
  const { signal } = new AbortController();
  const first = await streaming.prepare(programme("first"), signal);
  const second = await streaming.prepare(programme("second"), signal);
  ends.get("first")?.({ positionMs: 0, complete: false });
  await first.ended;
  expect(streaming.broadcastId).toBe("second");
  ends.get("second")?.({ positionMs: 60_000, complete: true });
  await second.ended;
  expect(streaming.broadcastId).toBeNull();
});
