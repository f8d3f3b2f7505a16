import Player from "hls.js/light";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openStream } from "../../devices/terminal/stream.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("location", { origin: "https://media.example" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("what the network keeps from a stream is asked for again once, and not after the stream was let go of", () => {
  const attach = vi.spyOn(Player.prototype, "attachMedia").mockImplementation(() => {});
  vi.spyOn(Player.prototype, "loadSource").mockImplementation(() => {});
  const startLoad = vi.spyOn(Player.prototype, "startLoad").mockImplementation(() => {});
  const failures: Error[] = [];
  const stream = openStream({} as HTMLVideoElement, { url: "/media/s", sha256: "s" }, 0, (error) =>
    failures.push(error),
  );
  const player = attach.mock.contexts[0] as Player;
  const fail = () =>
    player.trigger(Player.Events.ERROR, {
      type: Player.ErrorTypes.NETWORK_ERROR,
      details: Player.ErrorDetails.MANIFEST_LOAD_ERROR,
      fatal: true,
      error: new Error("no network"),
    });
  fail();
  vi.advanceTimersByTime(1_000);
  fail();
  expect(failures).toHaveLength(2);
  vi.advanceTimersByTime(1_500);
  expect(startLoad).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(startLoad).toHaveBeenCalledTimes(1);

  fail();
  fail();
  stream.destroy();
  vi.advanceTimersByTime(10_000);
  expect(startLoad).toHaveBeenCalledTimes(1);
});
