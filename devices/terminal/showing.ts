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
/** Of a picture that was mended, before it may be mended again. */
const WELL_FOR_MS = 60_000;
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
  let zeroAt = startAt;
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let isChanging = false;
  let changes = 0;
  /** Of the part after this one, rolled already. */
  let next: Promise<void> | null = null;
  let rollsFrom = 0;

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
    if (index + 1 >= parts.length) return;
    const rolled = pictures.load(videoAt(turn + 1), index + 1, 0);
    next = rolled;
    // It may be better by the time of its turn.
    rolled.catch(() => {
      if (next === rolled) next = null;
      rollsFrom = performance.now() + STANDS_STILL_MS;
    });
  }

  function put(video: HTMLVideoElement): void {
    const isPictured = !programme.silent && video.videoWidth > 0;
    for (const each of videos) each.classList.toggle("shown", isPictured && each === video);
  }

  async function play(): Promise<void> {
    const video = current();
    video.onended = advance;
    video.onerror = () => mend(new Error(video.error?.message));
    await video.play();
    if (isOver) return;
    put(video);
    if (!isStreamed) rollNext();
  }

  /** One change at a time: one that begins takes the place of one that hangs, whatever becomes of that. */
  async function change(perform: (isLatest: () => boolean) => Promise<void>): Promise<void> {
    changes += 1;
    const own = changes;
    const isLatest = () => !isOver && own === changes;
    isChanging = true;
    try {
      await perform(isLatest);
      if (isLatest()) isChanging = false;
    } catch (error) {
      if (isLatest()) mend(error as Error);
    }
  }

  function advance(): void {
    if (isOver || isChanging) return;
    if (next === null) rollNext();
    if (next === null) return end(whole());
    void change(async (isLatest) => {
      await next;
      // The elements may be another's by now.
      if (!isLatest()) return;
      leave(current());
      turn += 1;
      index += 1;
      next = null;
      await play();
    });
  }

  /** What was passed while it was rolled: nobody sees a jump before the first picture. */
  async function catchUp(): Promise<void> {
    const due = now() - startAt;
    const to = placeOf(parts, due);
    if (due - positionMs() > AT_ONCE_MS && to?.index === index) await seek(current(), to.offsetMs);
  }

  const gaps = () => (missedMs > Math.min(STANDS_STILL_MS, totalMs / 10) ? { hasGaps: true } : {});
  const whole = (): Ending => ({ positionMs: totalMs, complete: true, ...gaps() });
  const stalled = (): Ending => ({ positionMs: seenMs, complete: false, reason: "stalled" });

  /** @param anew in an element that is loaded anew */
  function jump(dueMs: number, anew = false): void {
    const to = placeOf(parts, dueMs);
    missedMs += Math.max(0, Math.min(dueMs, totalMs) - positionMs());
    if (isStreamed && missedMs > STANDS_STILL_MS)
      return fail(new Error("too much of the stream did not come"));
    moved.position = dueMs;
    if (!to) return end(whole());
    void change(async (isLatest) => {
      if (to.index === index && !anew) return seek(current(), to.offsetMs);
      ({ index } = to);
      next = null;
      await pictures.load(current(), index, to.offsetMs);
      if (isLatest()) await play();
    });
  }

  /** A decoder that hangs or breaks is another one after a new load. One that does so again at once will not be better a third time. */
  function mend(error: Error): void {
    if (isOver) return;
    if (!hasBegun) return void (refusal = error);
    const at = performance.now();
    if (isStreamed || at - mendedAt < WELL_FOR_MS) return fail(error);
    if (!placeOf(parts, now() - zeroAt)) return end(stalled());
    mendedAt = at;
    moved.at = at;
    jump(now() - zeroAt, true);
  }

  /** Jumps are not among it: no picture came by them. */
  let moved = { position: seekMs, at: 0 };
  /** The last place that a picture was seen at. */
  let seenMs = seekMs;
  /** How much was jumped over. */
  let missedMs = 0;
  let hasBegun = false;
  /** Why it does not begin. */
  let refusal: Error | null = null;
  let mendedAt = -Infinity;
  function look(): void {
    if (isOver) return;
    timer = setTimeout(look, LOOK_EVERY_MS);
    const position = positionMs();
    if (Math.abs(position - moved.position) > SAME_PLACE_MS) {
      moved = { position, at: performance.now() };
      seenMs = position;
    } else if (performance.now() - moved.at > STANDS_STILL_MS)
      return mend(new Error("the picture stands still"));
    if (isChanging || current().ended) return;
    const isNear = startOf(parts, index + 1) - position < ROLL_AHEAD_MS;
    if (isStreamed && next === null && isNear && performance.now() >= rollsFrom) rollNext();
    const pace = paceFor(position - (now() - zeroAt));
    if (pace === "jump") jump(now() - zeroAt);
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
    if (isStreamed) return end(stalled());
    close();
    onFailed(error);
  }

  /** @returns when the first picture came, by the server's clock */
  async function begin(): Promise<number> {
    const video = current();
    if (isJoined) await catchUp();
    if (isOver) throw new Error("it was stopped before its first picture");
    const fromMs = positionMs();
    const askedAt = performance.now();
    refusal = null;
    play().catch((error: Error) => (refusal = error));
    const refusalOf = () => refusal;
    while (positionMs() <= fromMs) {
      const refused = refusalOf();
      if (refused) throw refused;
      if (isOver || performance.now() - askedAt > STANDS_STILL_MS) throw new Error("no picture comes");
      await wait(FIRST_PICTURE_EVERY_MS);
    }
    return now() - (positionMs() - fromMs) / video.playbackRate;
  }

  /** As `mend`, for what does not so much as begin; what is not to be joined would begin too late. */
  async function beginAnew(error: unknown): Promise<number> {
    const to = placeOf(parts, now() - startAt);
    if (isStreamed || isOver || !isJoined || !to) throw error;
    mendedAt = performance.now();
    changes += 1;
    isChanging = false;
    next = null;
    ({ index } = to);
    await pictures.load(current(), index, to.offsetMs);
    return begin();
  }

  return {
    async start() {
      const firstAt = await begin().catch(beginAnew);
      zeroAt = isJoined || firstAt - startAt < AT_ONCE_MS ? startAt : firstAt - seekMs;
      hasBegun = true;
      moved = { position: positionMs(), at: performance.now() };
      look();
      return firstAt;
    },
    stop: () => end({ positionMs: positionMs(), complete: false, ...gaps() }),
  };
}
