import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Ending, Part } from "../../devices/core/output.ts";
import { prepareShowing, type Showing } from "../../devices/terminal/showing.ts";
import { createPrivateFolder } from "../support/terminal-folder.ts";

/** What a stream does to its element, once there is one. */
const streams = vi.hoisted(() => ({ fail: (_: Error) => {}, opened: 0, destroyed: 0, isAnswered: true }));
vi.mock("../../devices/terminal/stream.ts", () => ({
  openStream(video: EventTarget, _stream: unknown, _offsetMs: number, onFailed: (error: Error) => void) {
    streams.opened += 1;
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
  /** How far it has come when it begins to play, s; `null` when it never says that it plays. */
  firstPlace: number | null = 0.01;
  error: { message: string } | null = null;
  onerror: (() => void) | null = null;
  isLoaded = true;
  loads = 0;
  set src(_: string) {
    this.loads += 1;
    this.place = 0;
    this.error = null;
    if (this.isLoaded) queueMicrotask(() => this.dispatchEvent(new Event("canplay")));
  }
  play(): Promise<void> {
    if (this.firstPlace === null) return new Promise(() => {});
    this.place += this.firstPlace;
    return Promise.resolve();
  }
  pause() {}
  load() {}
  removeAttribute() {}
}

const SECOND = 1_000;
let now: number;
let video: Element;
let second: Element;
let endings: Ending[];
let failures: unknown[];
let givenUp: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(streams, { opened: 0, destroyed: 0, isAnswered: true });
  now = 0;
  video = new Element();
  second = new Element();
  // As of a kiosk that has been on for a while.
  vi.advanceTimersByTime(60 * SECOND);
  endings = [];
  failures = [];
  givenUp = new AbortController();
});
afterEach(() => void vi.useRealTimers());

const film = { path: "a", durationMs: 600 * SECOND };

const streamed: Part = { ...film, stream: { sha256: "s", url: "/media/s" } };

function prepare(...parts: Part[]): Promise<Showing> {
  const { folder, files } = createPrivateFolder({ bytes: 1 });
  files.set("a", new Uint8Array(1));
  return prepareShowing({
    programme: { broadcastId: "b", startAt: 0, parts, seekMs: 0, joins: true, volume: 100 },
    givenUp: givenUp.signal,
    media: folder,
    videos: [video, second] as unknown as readonly [HTMLVideoElement, HTMLVideoElement],
    now: () => now,
    onEnded: (ending) => void endings.push(ending),
    onFailed: (error) => void failures.push(error),
  });
}

/** So much time goes by, of which the picture moves along for the first so many. */
async function pass(ms: number, movesMs: number): Promise<void> {
  for (let at = 0; at < ms; at += 250) {
    now += 250;
    if (at < movesMs) video.place += 0.25;
    await vi.advanceTimersByTimeAsync(250);
  }
}

test("a stream of which too much does not come is stalled where it was last seen, however often it is jumped on", async () => {
  const showing = await prepare(streamed);
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
  const showing = await prepare(streamed);
  await showing.start();
  await pass(5 * SECOND, 5 * SECOND);
  video.isAnswered = false;
  await pass(12 * SECOND, 0);
  expect(endings).toMatchObject([{ complete: false, reason: "stalled" }]);
  expect(endings[0]?.positionMs).toBeCloseTo(5_010, -2);
});

test("one that still loads is given up at once, or when it has failed, and leaves nothing", async () => {
  streams.isAnswered = false;
  const first = prepare(streamed).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(100);
  givenUp.abort(new Error("it is not to be shown any more"));
  expect(await first).toMatchObject({ message: "the element is wanted for something else" });
  expect(streams.destroyed).toBe(1);

  givenUp = new AbortController();
  const second = prepare(streamed).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(100);
  streams.fail(new Error("the server answered 404"));
  expect(await second).toMatchObject({ message: "the server answered 404" });
  expect(streams.destroyed).toBe(2);
});

test("a film that stands still is loaded anew where it would be by then, once, and is not whole at its end", async () => {
  const showing = await prepare(film);
  await showing.start();
  await pass(5 * SECOND, 5 * SECOND);
  // As a decoder that hangs: not even a jump is answered.
  video.isAnswered = false;
  const play = vi.spyOn(video, "play");
  await pass(8 * SECOND, 0);
  expect(video.loads).toBe(1);
  await pass(4 * SECOND, 0);
  expect(video.loads).toBe(2);
  expect(play).not.toHaveBeenCalled();
  video.dispatchEvent(new Event("seeked"));
  video.isAnswered = true;
  await pass(20 * SECOND, 20 * SECOND);
  expect(play).toHaveBeenCalledOnce();
  expect(Math.abs(video.place * SECOND - now)).toBeLessThan(1_500);
  expect([endings, failures]).toEqual([[], []]);

  video.place = 600;
  video.dispatchEvent(new Event("ended"));
  (video as unknown as HTMLVideoElement).onended?.(new Event("ended"));
  expect(endings).toEqual([{ positionMs: 600 * SECOND, complete: true, hasGaps: true }]);
});

test("a film that stands still once more after that has failed", async () => {
  const showing = await prepare(film);
  await showing.start();
  await pass(5 * SECOND, 5 * SECOND);
  video.isAnswered = false;
  await pass(40 * SECOND, 0);
  expect(video.loads).toBe(2);
  expect(endings).toEqual([]);
  expect(failures).toMatchObject([{ message: "the picture stands still" }]);
});

test("a film whose decoder breaks is loaded anew, and is whole where little was missed", async () => {
  const showing = await prepare(film);
  await showing.start();
  await pass(5 * SECOND, 5 * SECOND);
  video.error = { message: "PIPELINE_ERROR_DECODE" };
  video.onerror?.();
  await pass(5 * SECOND, 5 * SECOND);
  expect(video.loads).toBe(2);
  (video as unknown as HTMLVideoElement).onended?.(new Event("ended"));
  expect(endings).toEqual([{ positionMs: 600 * SECOND, complete: true }]);
});

test("a film of which no first picture comes is loaded anew, and begins where it would be by then", async () => {
  const showing = await prepare(film);
  video.firstPlace = 0;
  const started = showing.start();
  await pass(10 * SECOND, 0);
  expect(video.loads).toBe(1);
  video.firstPlace = 0.01;
  await pass(SECOND, 0);
  expect(video.loads).toBe(2);
  expect(await started).toBeGreaterThan(10 * SECOND);
  expect(video.place).toBeGreaterThan(10);
  showing.stop();
});

test.each([
  ["never says that it plays", null],
  ["plays nothing", 0],
])("a film that %s after that either cannot be shown", async (_, firstPlace) => {
  const showing = await prepare(film);
  video.firstPlace = firstPlace;
  const started = showing.start().catch((error: unknown) => error);
  await pass(25 * SECOND, 0);
  expect(await started).toMatchObject({ message: "no picture comes" });
  expect(video.loads).toBe(2);
});

test("a film of which less than a picture is seen at first stands not still", async () => {
  video.firstPlace = 0.0005;
  const showing = await prepare(film);
  await showing.start();
  await pass(5 * SECOND, 5 * SECOND);
  expect(video.loads).toBe(1);
  expect([endings, failures]).toEqual([[], []]);
  showing.stop();
  expect(endings).toMatchObject([{ complete: false }]);
  expect(endings[0]).not.toHaveProperty("hasGaps");
});

test("a film that stands still near its end is not whole, and says where it was last seen", async () => {
  const short = { ...film, durationMs: 8 * SECOND };
  const showing = await prepare(short);
  await showing.start();
  await pass(SECOND / 2, SECOND / 2);
  video.isAnswered = false;
  await pass(12 * SECOND, 0);
  expect(endings).toMatchObject([{ complete: false, reason: "stalled" }]);
  expect(endings[0]?.positionMs).toBeCloseTo(510, -2);
  expect(failures).toEqual([]);
});

test("what was missed is not forgotten when something takes the air", async () => {
  const showing = await prepare(film);
  await showing.start();
  video.isAnswered = false;
  await pass(12 * SECOND, 0);
  video.dispatchEvent(new Event("seeked"));
  video.isAnswered = true;
  await pass(5 * SECOND, 5 * SECOND);
  showing.stop();
  expect(endings).toMatchObject([{ complete: false, hasGaps: true }]);
});

test("a film is mended again once it was well for a minute", async () => {
  const showing = await prepare(film);
  await showing.start();
  for (let hang = 1; hang <= 3; hang += 1) {
    video.isAnswered = false;
    await pass(12 * SECOND, 0);
    video.dispatchEvent(new Event("seeked"));
    video.isAnswered = true;
    await pass(70 * SECOND, 70 * SECOND);
    expect(video.loads).toBe(1 + hang);
  }
  expect([endings, failures]).toEqual([[], []]);
  showing.stop();
});

test("a part that could not be rolled ahead is rolled anew when its turn comes", async () => {
  const showing = await prepare({ ...film, durationMs: 20 * SECOND }, { ...film, durationMs: 20 * SECOND });
  second.isLoaded = false;
  await showing.start();
  await pass(20 * SECOND, 20 * SECOND);
  expect(second.loads).toBe(1);
  second.isLoaded = true;
  (video as unknown as HTMLVideoElement).onended?.(new Event("ended"));
  await pass(SECOND, 0);
  expect(second.loads).toBe(2);
  expect(second.place).toBeGreaterThan(0);
  second.place = 20;
  (second as unknown as HTMLVideoElement).onended?.(new Event("ended"));
  expect(endings).toEqual([{ positionMs: 40 * SECOND, complete: true }]);
  expect(failures).toEqual([]);
});

test("a film that is stopped while it is loaded anew is over, once", async () => {
  const showing = await prepare(film);
  await showing.start();
  video.isAnswered = false;
  await pass(11 * SECOND, 0);
  expect(video.loads).toBe(2);
  showing.stop();
  await pass(30 * SECOND, 0);
  expect(endings).toHaveLength(1);
  expect([video.loads, failures]).toEqual([2, []]);
});
