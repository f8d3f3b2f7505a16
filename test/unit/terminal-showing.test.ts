import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Ending } from "../../devices/core/output.ts";
import { prepareShowing } from "../../devices/terminal/showing.ts";
import { createPrivateFolder } from "../support/terminal-folder.ts";

/** What a stream does to its element, once there is one. */
const streams = vi.hoisted(() => ({ fail: (_: Error) => {}, destroyed: 0, isAnswered: true }));
vi.mock("../../devices/terminal/stream.ts", () => ({
  openStream(video: EventTarget, _stream: unknown, _offsetMs: number, onFailed: (error: Error) => void) {
    streams.fail = onFailed;
    if (streams.isAnswered) queueMicrotask(() => video.dispatchEvent(new Event("canplay")));
    return { destroy: () => void (streams.destroyed += 1) };
  },
}));

/** As much of a `<video>` as a showing touches: its place moves when the test says so, and at once where it is sent to. */
class Element extends EventTarget {
  place = 0;
  /** Whether there is a picture where it is sent to. */
  isAnswered = true;
  videoWidth = 320;
  playbackRate = 1;
  volume = 1;
  ended = false;
  classList = { toggle() {}, remove() {} };
  get currentTime() {
    return this.place;
  }
  set currentTime(to: number) {
    this.place = to;
    if (this.isAnswered) queueMicrotask(() => this.dispatchEvent(new Event("seeked")));
  }
  play = async () => void (this.place += 0.01);
  pause() {}
  load() {}
  removeAttribute() {}
}

const SECOND = 1_000;
let now: number;
let video: Element;
let endings: Ending[];
let givenUp: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(streams, { destroyed: 0, isAnswered: true });
  now = 0;
  video = new Element();
  endings = [];
  givenUp = new AbortController();
});
afterEach(() => void vi.useRealTimers());

const prepare = () =>
  prepareShowing({
    programme: {
      broadcastId: "b",
      startAt: 0,
      parts: [{ path: "a", durationMs: 600 * SECOND, stream: { sha256: "s", url: "/media/s" } }],
      seekMs: 0,
      joins: true,
      volume: 100,
    },
    givenUp: givenUp.signal,
    media: createPrivateFolder({ bytes: 0 }).folder,
    videos: [video, new Element()] as unknown as readonly [HTMLVideoElement, HTMLVideoElement],
    now: () => now,
    onEnded: (ending) => void endings.push(ending),
    onFailed: () => {
      throw new Error("a stream is no output that fails");
    },
  });

/** So much time goes by, of which the picture moves along for the first so many. */
async function pass(ms: number, movesMs: number): Promise<void> {
  for (let at = 0; at < ms; at += 250) {
    now += 250;
    if (at < movesMs) video.place += 0.25;
    await vi.advanceTimersByTimeAsync(250);
  }
}

test("a stream of which too much does not come is stalled where it was last seen, however often it is jumped on", async () => {
  const showing = await prepare();
  await showing.start();
  await pass(20 * SECOND, 20 * SECOND);
  expect(endings).toEqual([]);
  // A picture now and then, and nothing between.
  for (let n = 0; n < 8 && endings.length === 0; n += 1) await pass(4 * SECOND, SECOND);
  expect(endings).toMatchObject([{ complete: false, reason: "stalled" }]);
  expect(endings[0]?.positionMs).toBeLessThan(now - SECOND);
  expect(streams.destroyed).toBe(1);
});

test("a stream that stands still for ten seconds is stalled there", async () => {
  const showing = await prepare();
  await showing.start();
  await pass(5 * SECOND, 5 * SECOND);
  video.isAnswered = false;
  await pass(12 * SECOND, 0);
  expect(endings).toMatchObject([{ complete: false, reason: "stalled" }]);
  expect(endings[0]?.positionMs).toBeCloseTo(5_010, -2);
});

test("one that still loads is given up at once, or when it has failed, and leaves nothing", async () => {
  streams.isAnswered = false;
  const first = prepare().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(100);
  givenUp.abort(new Error("it is not to be shown any more"));
  expect(await first).toMatchObject({ message: "the element is wanted for something else" });
  expect(streams.destroyed).toBe(1);

  givenUp = new AbortController();
  const second = prepare().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(100);
  streams.fail(new Error("the server answered 404"));
  expect(await second).toMatchObject({ message: "the server answered 404" });
  expect(streams.destroyed).toBe(2);
});
