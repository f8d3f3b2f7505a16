import type { BaseLogger } from "pino";
import type { Broadcast } from "../../broadcasts/broadcast.ts";
import { type Clock, SECOND_MS } from "../../clock.ts";
import { onceUnlocked } from "../../db/patience.ts";
import type { KeptPart, LiveParts } from "../../media/live/live-parts.ts";
import type { VoiceEncoder, VoiceOptions } from "../../media/live/voice-encoder.ts";
import type { StagedFile } from "../../media/media-library.ts";
import type { Signer } from "../../protocol/signing.ts";
import { createLiveBoard, type LiveBoard } from "./live-index.ts";
import { hasEnded, isMissing, tooMuch, tooSoon } from "./live-refusals.ts";
import type { EndedBy } from "./live-store.ts";
import { createVoiceClock, type VoiceClock } from "./voice-clock.ts";
import type { VoiceFile } from "./voice-file.ts";

/** Somebody who speaks, from the first chunk until everything that was said can be fetched. */
export interface LiveVoice {
  readonly id: string;
  /** The sign-in that speaks: nobody else may. */
  readonly speaker: string;
  /** The number of the chunk that is expected next, from 0. */
  readonly next: number;
  /** Once devices are told of it. */
  readonly broadcast: Broadcast | null;
  /** When nothing of it is heard any more, ms after the start: at the end of the last part, or at a stop. */
  readonly endMs: number;
  readonly time: VoiceClock;
  /** Why nothing more is taken; `null` while there is. */
  readonly endedBy: EndedBy | null;
  /** Everything that was said can be fetched. */
  readonly isOver: boolean;
  readonly board: LiveBoard;
  /**
   * On the disk at once; resolves when ffmpeg has it. One that is there already changes nothing.
   * @throws {AppError} `conflict`, `no_space`, `too_large` when that many bytes are no voice, `unavailable` for what does not
   *   wait for the answer to the one before
   */
  take(n: number, chunk: Uint8Array): Promise<void>;
  /** Takes no more; what was said comes to its end. */
  finish(by: EndedBy): void;
  /** Silence at once. */
  cut(by: EndedBy): void;
  /** The broadcast has moved with the wall clock. */
  moved(broadcast: Broadcast): void;
  /** Ends it when it has lasted long enough, or nothing comes any more. */
  tick(): void;
}

interface Options extends Omit<VoiceOptions, "onPart"> {
  id: string;
  speaker: string;
  encoder: VoiceEncoder;
  openFile: () => VoiceFile;
  parts: LiveParts;
  signer: Signer;
  mediaUrl: (sha256: string) => string;
  clock: Clock;
  log: BaseLogger;
  /** Tells the devices, with the first part; `null` when it is not to be heard any more. */
  goLive: () => Broadcast | null;
  onOver: (voice: LiveVoice) => void;
}

/** Devices hold on for as long, see the protocol. */
const SILENT_LINK_MS = 10 * SECOND_MS;
/** From the first part until it sounds: the command's way, the index, the part itself and the decoder. */
export const LEAD_MS = 4 * SECOND_MS;
/** From a part's file to its sound: what was said is moved on rather than lost when it comes later, as after a cut. */
const LEAST_LEAD_MS = 1.5 * SECOND_MS;
/** Devices give a voice up for the while when they have had nothing of it for ten seconds; by then they do. */
const STALLED_SOON_MS = 8 * SECOND_MS;
/** What has no more input comes to its end in much less, and takes a chunk in much less. */
const DRAIN_MS = 15 * SECOND_MS;
/** Beyond the longest duration: the words around a drill, and what a cut of the speaker's link or a lock delayed. */
export const BEYOND_LONGEST_MS = 30 * SECOND_MS;
/** Of 320 kbit/s, more than any browser records a voice in. */
const MOST_BYTES_A_SECOND = 40_000;

/** @throws {AppError} as `VoiceEncoder.open` */
export function openVoice(options: Options): LiveVoice {
  const { id, speaker, longestMs, encoder, parts, clock, log } = options;
  const kept: KeptPart[] = [];
  let broadcast: Broadcast | null = null;
  let next = 0;
  let endedBy: EndedBy | null = null;
  let isOver = false;
  let work = Promise.resolve();
  let bytes = 0;
  const mostBytes = ((longestMs + BEYOND_LONGEST_MS) / SECOND_MS) * MOST_BYTES_A_SECOND;
  const beganAt = clock.steadyMs();
  let heardAt = beganAt;
  const time = createVoiceClock(clock);
  /** Nothing more comes out of ffmpeg. */
  let isEncoded = false;
  let silentFromMs = Number.POSITIVE_INFINITY;

  function endMs(): number {
    const last = kept.at(-1);
    return last ? last.atMs + last.durationMs : 0;
  }

  const stream = encoder.open({
    ...options,
    onPart: ({ bytes: part, durationMs }) => {
      work = work.then(() => keep(part, durationMs)).catch(fail);
    },
  });
  stream.ended.then(() => {
    isEncoded = true;
    return work.then(endedBy === null ? () => fail(new Error("ffmpeg ended by itself")) : settle);
  }, fail);
  const file = openFile();
  const board = createLiveBoard({
    signer: options.signer,
    told() {
      if (!broadcast) throw new Error("it is told before it is on air");
      return { broadcast, parts: kept, ended: isOver };
    },
    positionMs: time.positionMs,
    mediaUrl: options.mediaUrl,
  });

  /** Without it there is no voice, and nothing of it goes on. */
  function openFile(): VoiceFile {
    try {
      return options.openFile();
    } catch (error) {
      isOver = true;
      stream.kill();
      throw error;
    }
  }

  /** When a part is due: after the one before, or as soon as devices can have it; those that gave up on it begin anew. */
  function placeOfNext(): number {
    if (!broadcast) return 0;
    const gapMs = time.positionMs() - endMs();
    return Math.max(endMs(), time.positionMs() + (gapMs > STALLED_SOON_MS ? LEAD_MS : LEAST_LEAD_MS));
  }

  /** Writes a part down at its place. Returns `false` when there is none left for it. */
  function place(staged: StagedFile, durationMs: number): boolean {
    const atMs = placeOfNext();
    const mayLastMs = broadcast ? (broadcast.endsAt ?? 0) - broadcast.startAt : Number.POSITIVE_INFINITY;
    if (atMs + durationMs > mayLastMs) return false;
    kept.push(parts.keep(staged, { voiceId: id, n: kept.length + 1, atMs, durationMs }));
    return true;
  }

  /** While another program holds the database the parts wait, and are moved on: that is no reason to end a voice. */
  const patiently = <T>(attempt: () => T) =>
    onceUnlocked(() => (isOver ? null : attempt()), BEYOND_LONGEST_MS, clock);

  async function keep(part: Buffer, durationMs: number): Promise<void> {
    if (isOver) return;
    const staged = await parts.stage(part);
    const isPlaced = await patiently(() => place(staged, durationMs));
    if (!isPlaced) await staged.discard();
    if (isPlaced === false) return finish("longest");
    if (isPlaced === null) return;
    broadcast ??= await begin();
    if (broadcast) board.changed();
  }

  async function begin(): Promise<Broadcast | null> {
    const told = await patiently(options.goLive);
    if (told) time.begin(told.startAt);
    else cut("stopped");
    return told;
  }

  function fail(error: unknown): void {
    if (isOver) return;
    log.error({ err: error, broadcastId: id }, "a live voice failed");
    cut("server");
  }

  function settle(): void {
    if (isOver) return;
    isOver = true;
    file.close();
    board.changed();
    options.onOver(voice);
  }

  function finish(by: EndedBy): void {
    if (endedBy !== null) return;
    endedBy = by;
    heardAt = clock.steadyMs();
    stream.end();
  }

  function cut(by: EndedBy): void {
    if (isOver) return;
    endedBy = by;
    // What is told already is heard to its end, unless it is stopped.
    if (by === "stopped") silentFromMs = Math.max(0, time.positionMs());
    stream.kill();
    settle();
  }

  const voice: LiveVoice = {
    id,
    speaker,
    board,
    time,
    get next() {
      return next;
    },
    get broadcast() {
      return broadcast;
    },
    get endMs() {
      return Math.min(endMs(), silentFromMs);
    },
    get endedBy() {
      return endedBy;
    },
    get isOver() {
      return isOver;
    },

    async take(n, chunk) {
      if (endedBy !== null) throw hasEnded(endedBy);
      if (n > next) throw isMissing(n, next);
      if (n === next) {
        if (stream.isFull()) throw tooSoon();
        if (bytes + chunk.length > mostBytes) throw tooMuch();
        file.append(chunk);
        stream.write(chunk);
        bytes += chunk.length;
        next += 1;
      }
      // Only now: a disk that takes nothing must not keep a voice open that says nothing.
      heardAt = clock.steadyMs();
      await stream.drained();
      heardAt = clock.steadyMs();
    },

    moved: (to) => void (broadcast = to),
    finish,
    cut,

    tick() {
      if (isOver) return;
      const quietMs = clock.steadyMs() - heardAt;
      if (endedBy !== null) {
        if (!isEncoded && quietMs > DRAIN_MS) fail(new Error("ffmpeg does not end"));
      } else if (stream.isFull()) {
        if (quietMs > DRAIN_MS) fail(new Error("ffmpeg takes no more"));
      } else if (quietMs >= SILENT_LINK_MS) finish("link");
      else if (clock.steadyMs() - beganAt >= longestMs) finish("longest");
    },
  };
  return voice;
}
