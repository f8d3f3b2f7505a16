import type { Ending, Programme } from "../core/output.ts";
import { wait } from "../core/wait.ts";
import { paceFor, placeOf, startOf } from "./pace.ts";
import { openPictures, seek } from "./pictures.ts";

/** A programme that is rolled, or shown. */
export interface Showing {
  /** When the first picture came, by the server's clock. @throws when the browser refuses */
  start(): Promise<number>;
  stop(): void;
}

interface Options {
  programme: Programme;
  /** Ends the loading. */
  givenUp: AbortSignal;
  media: FileSystemDirectoryHandle;
  /** Two that take turns: the next part is rolled while one is shown. */
  videos: readonly [HTMLVideoElement, HTMLVideoElement];
  /** UTC epoch ms, as the server has it. */
  now: () => number;
  onEnded: (ending: Ending) => void;
  onFailed: (error: unknown) => void;
}

const LOOK_EVERY_MS = 250;
/** Shorter than a picture lasts. */
const FIRST_PICTURE_EVERY_MS = 4;
const STANDS_STILL_MS = 10_000;
/** As exact as a browser keeps a place. */
const SAME_PLACE_MS = 2;
/** A stream's next part has the line to itself no sooner. */
const ROLL_AHEAD_MS = 60_000;
/** Started this late it was rolled too late, and is whole for whoever sees it, unless it is joined. */
const AT_ONCE_MS = 250;

/**
 * Rolls a programme on its first picture, and from the start on keeps it to the server's clock: a little ahead or behind
 * is mended by the pace, much is jumped over.
 */
export async function prepareShowing(options: Options): Promise<Showing> {
  const { programme, givenUp, media, videos, now, onEnded, onFailed } = options;
  const { parts, seekMs, joins, startAt } = programme;
  const totalMs = startOf(parts, parts.length);
  const isStreamed = parts.some(({ stream }) => stream);
  const isJoined = seekMs > 0 || joins === true;
  const place = placeOf(parts, seekMs);
  if (!place) throw new Error("there is nothing left to be shown");
  const pictures = await openPictures(media, programme);
  let { index } = place;
  /** The instant at which position 0 was due. */
  let zeroAt = 0;
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let isChanging = false;
  /** Of the part after this one, rolled already. */
  let next: Promise<void> | null = null;

  const videoAt = (which: number): HTMLVideoElement => videos[which % 2 === 0 ? 0 : 1];
  const current = () => videoAt(turn);
  const positionMs = () => Math.min(totalMs, startOf(parts, index) + current().currentTime * 1000);
  await loadFirst(place.offsetMs);

  async function loadFirst(offsetMs: number): Promise<void> {
    givenUp.addEventListener("abort", pictures.close);
    try {
      givenUp.throwIfAborted();
      await pictures.load(current(), index, offsetMs);
    } catch (error) {
      pictures.close();
      throw error;
    } finally {
      givenUp.removeEventListener("abort", pictures.close);
    }
  }

  function leave(video: HTMLVideoElement): void {
    video.onended = null;
    video.onerror = null;
    video.classList.remove("shown");
    pictures.unload(video);
  }

  function rollNext(): void {
    next = index + 1 < parts.length ? pictures.load(videoAt(turn + 1), index + 1, 0) : null;
    next?.catch(() => {}); // told when its turn comes
  }

  function put(video: HTMLVideoElement): void {
    const isPictured = !programme.silent && video.videoWidth > 0;
    for (const each of videos) each.classList.toggle("shown", isPictured && each === video);
  }

  async function play(): Promise<void> {
    const video = current();
    video.onended = () => void advance().catch(fail);
    video.onerror = () => fail(video.error);
    await video.play();
    put(video);
    if (!isStreamed) rollNext();
  }

  async function advance(): Promise<void> {
    if (isOver || isChanging) return;
    if (next === null) rollNext();
    if (next === null) return end({ positionMs: totalMs, complete: true });
    isChanging = true;
    await next;
    // The elements may be another's by now.
    if (isOver) return;
    leave(current());
    turn += 1;
    index += 1;
    next = null;
    await play();
    isChanging = false;
  }

  /** What was passed while it was rolled: nobody sees a jump before the first picture. */
  async function catchUp(): Promise<void> {
    const due = now() - startAt;
    const to = placeOf(parts, due);
    if (due - positionMs() > AT_ONCE_MS && to?.index === index) await seek(current(), to.offsetMs);
  }

  async function jump(dueMs: number): Promise<void> {
    const to = placeOf(parts, dueMs);
    missedMs += Math.max(0, Math.min(dueMs, totalMs) - positionMs());
    if (isStreamed && missedMs > STANDS_STILL_MS)
      return fail(new Error("too much of the stream did not come"));
    moved.position = dueMs;
    if (!to) return end({ positionMs: totalMs, complete: true });
    isChanging = true;
    if (to.index === index) await seek(current(), to.offsetMs);
    else {
      ({ index } = to);
      next = null;
      await pictures.load(current(), index, to.offsetMs);
      if (!isOver) await play();
    }
    isChanging = false;
  }

  /** Jumps are not among it: no picture came by them. */
  let moved = { position: -1, at: 0 };
  /** The last place that a picture was seen at. */
  let seenMs = seekMs;
  /** How much was jumped over. */
  let missedMs = 0;
  function look(): void {
    if (isOver) return;
    timer = setTimeout(look, LOOK_EVERY_MS);
    const position = positionMs();
    if (Math.abs(position - moved.position) > SAME_PLACE_MS) {
      moved = { position, at: performance.now() };
      seenMs = position;
    } else if (performance.now() - moved.at > STANDS_STILL_MS)
      return fail(new Error("the picture stands still"));
    if (isChanging || current().ended) return;
    if (isStreamed && next === null && startOf(parts, index + 1) - position < ROLL_AHEAD_MS) rollNext();
    const pace = paceFor(position - (now() - zeroAt));
    if (pace === "jump") jump(now() - zeroAt).catch(fail);
    else current().playbackRate = pace.rate;
  }

  function close(): void {
    isOver = true;
    clearTimeout(timer);
    for (const video of videos) leave(video);
    pictures.close();
  }

  function end(ending: Ending): void {
    if (isOver) return;
    close();
    onEnded(ending);
  }

  function fail(error: unknown): void {
    if (isOver) return;
    if (isStreamed) return end({ positionMs: seenMs, complete: false, reason: "stalled" });
    close();
    onFailed(error);
  }

  return {
    async start() {
      const video = current();
      if (isJoined) await catchUp();
      if (isOver) throw new Error("it was stopped before its first picture");
      const fromMs = positionMs();
      await play();
      const askedAt = performance.now();
      while (positionMs() <= fromMs) {
        if (isOver || performance.now() - askedAt > STANDS_STILL_MS) throw new Error("no picture comes");
        await wait(FIRST_PICTURE_EVERY_MS);
      }
      const firstAt = now() - (positionMs() - fromMs) / video.playbackRate;
      zeroAt = isJoined || firstAt - startAt < AT_ONCE_MS ? startAt : firstAt - seekMs;
      look();
      return firstAt;
    },
    stop: () => end({ positionMs: positionMs(), complete: false }),
  };
}
