import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFaults } from "../../devices/core/faults.ts";
import { createSupervisor } from "../../devices/core/supervisor.ts";
import { createMemoryLog } from "../support/memory-log.ts";

const GRACE_MS = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  const faults = createFaults(() => {});
  const hopeless: string[] = [];
  const supervisor = createSupervisor({
    graceMs: GRACE_MS,
    log: createMemoryLog().log,
    faults,
    onHopeless: (name) => void hopeless.push(name),
  });
  return { supervisor, faults, hopeless };
}

test("a loop that stands still is restarted once, then the whole is given up", () => {
  const { supervisor, faults, hopeless } = watch();
  const restart = vi.fn<() => void>();
  supervisor.watch("clock")(restart).moved(5_000);
  vi.advanceTimersByTime(6_000);
  expect(restart).not.toHaveBeenCalled();
  vi.advanceTimersByTime(500);
  expect(restart).toHaveBeenCalledTimes(1);
  expect(faults.list()).toEqual(["the clock loop stood still and was restarted"]);
  expect(hopeless).toEqual([]);
  vi.advanceTimersByTime(GRACE_MS + 500);
  expect(restart).toHaveBeenCalledTimes(1);
  expect(hopeless[0]).toBe("clock");
  supervisor.close();
});

test("one that moves again is well, and its next standstill is a new one", () => {
  const { supervisor, faults, hopeless } = watch();
  const loop = supervisor.watch("link")(() => loop.moved(0));
  loop.moved(0);
  vi.advanceTimersByTime(20 * GRACE_MS);
  expect(hopeless).toEqual([]);
  expect(faults.list()).toEqual([]);
  supervisor.close();
});

test("one that rests may do so for ever, and the list says so", () => {
  const { supervisor, hopeless } = watch();
  const restart = vi.fn<() => void>();
  supervisor.watch("player")(restart).rests();
  supervisor.watch("reporter")(restart).moved(3_600_000);
  vi.advanceTimersByTime(3_000_000);
  expect(restart).not.toHaveBeenCalled();
  expect(hopeless).toEqual([]);
  expect(supervisor.list()).toEqual([
    { name: "player", movedMsAgo: null },
    { name: "reporter", movedMsAgo: 3_000_000 },
  ]);
  supervisor.close();
});
