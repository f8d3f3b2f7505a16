import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ServerLink } from "../../devices/core/server-link.ts";
import { createDisk } from "../../devices/simulator/disk.ts";
import { createPlaylistFetcher } from "../../devices/simulator/playlist-fetcher.ts";
import { fetchSlotMs } from "../../src/protocol/fetch-slot.ts";

const HOUR_MS = 3_600_000;
const WINDOW_MS = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([-HOUR_MS, 0, HOUR_MS])("a box that is %i ms off asks in its slot, by its own clock", (offMs) => {
  const now = () => Date.now() + offMs;
  const fetchPlaylist = vi.fn<ServerLink["fetchPlaylist"]>(async () => ({ kind: "unchanged" }));
  const playlists = createPlaylistFetcher({
    deviceId: "box",
    http: { fetchPlaylist },
    verify: () => Promise.reject(new Error("nothing new comes")),
    store: createDisk().mount(),
    now,
    onAnswer() {},
    onChange() {},
    onConfirmed() {},
  });
  playlists.onPointer({ revision: 3, fetchBy: now() + WINDOW_MS }, false);
  vi.advanceTimersByTime(fetchSlotMs("box", 3, WINDOW_MS) - 1);
  expect(fetchPlaylist).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fetchPlaylist).toHaveBeenCalledOnce();
});
