import { expect, test } from "vitest";
import { createSimulatedAir } from "../../devices/simulator/air.ts";
import type { PlaylistBroadcast } from "../../src/protocol/messages.ts";

const MINUTE = 60_000;
const item = {
  sha256: "a".repeat(64),
  url: "/m",
  mime: "audio/mpeg",
  bytes: 1,
  durationMs: 10 * MINUTE,
  title: "",
};
const entryOf = (
  id: string,
  minute: number,
  authority: PlaylistBroadcast["authority"],
): PlaylistBroadcast => ({
  id,
  class: "daily",
  authority,
  startAt: minute * MINUTE,
  notAfter: (minute + 5) * MINUTE,
  priority: 50,
  lateness: "skip",
  offline: "play",
  programme: "",
  title: "",
  items: [item],
});

/** The records, in order, of what is played by a clock that jumps from instant to instant. */
function recordsOf(entries: readonly PlaylistBroadcast[]): string[] {
  const due: { instant: number; run: () => void }[] = [];
  const records: string[] = [];
  let now = 0;
  const air = createSimulatedAir({
    report: ({ type, broadcastId, reason, positionMs }) =>
      void records.push(
        [broadcastId, type, reason, positionMs].filter((each) => each !== undefined).join(" "),
      ),
    at: (instant, run) => void due.push({ instant, run }),
    now: () => now,
  });
  for (const entry of entries) air.play(entry);
  while (due.length > 0) {
    due.sort((a, b) => a.instant - b.instant);
    const next = due.shift();
    now = next?.instant ?? now;
    next?.run();
  }
  return records;
}

test("a simulated gateway gives the air to the higher authority, and to one at a time", () => {
  const entries = [
    entryOf("village", 0, "village"),
    entryOf("county", 4, "county"),
    entryOf("town", 5, "town"),
  ];
  expect(recordsOf([...entries, entryOf("next", 14, "village")])).toEqual([
    "village started",
    `village interrupted preempted ${4 * MINUTE}`,
    "county started",
    "town skipped preempted",
    `county finished ${10 * MINUTE}`,
    "next started",
    `next finished ${10 * MINUTE}`,
  ]);
});

test("what is spoken live has the air until its end is known", () => {
  const records: string[] = [];
  const due: (() => void)[] = [];
  const air = createSimulatedAir({
    report: ({ type, reason }) => void records.push([type, reason].filter(Boolean).join(" ")),
    at: (_instant, run) => void due.push(run),
    now: () => 0,
  });
  const live = { longestMs: 60_000 };
  for (const id of ["one", "other"]) {
    air.play({ ...entryOf(id, 0, "village"), items: [], live });
    due.shift()?.();
    due.shift();
    air.end("nobody", null);
    air.end(id, id === "one" ? null : "stalled");
  }
  expect(records).toEqual(["started", "finished", "started", "interrupted stalled"]);
});
