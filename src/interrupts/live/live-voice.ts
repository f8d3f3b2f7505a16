import type { BaseLogger } from "pino";
import type { Broadcast } from "../../broadcasts/broadcast.ts";
import { type Clock, SECOND_MS } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { KeptPart, LiveParts } from "../../media/live/live-parts.ts";
import type { VoiceEncoder, VoiceOptions } from "../../media/live/voice-encoder.ts";
import type { Signer } from "../../protocol/signing.ts";
import { createLiveBoard, type LiveBoard, liveIndexOf } from "./live-index.ts";
import type { EndedBy } from "./live-store.ts";
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
  /** When the last part ends, ms after the start. */
  readonly endMs: number;
  /** Why nothing more is taken; `null` while there is. */
  readonly endedBy: EndedBy | null;
  /** Everything that was said can be fetched. */
  readonly isOver: boolean;
  readonly board: LiveBoard;
  /** On the disk when it returns. One that is there already changes nothing. @throws {AppError} `conflict`, `no_space` */
  take(n: number, chunk: Uint8Array): void;
  /** Takes no more; what was said comes to its end. */
  finish(by: EndedBy): void;
  /** Silence at once. */
  cut(by: EndedBy): void;
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
/** From a part's file to its sound: what was said is moved on rather than lost when it comes later, as after a cut. */
const LEAST_LEAD_MS = 1.5 * SECOND_MS;
/** What has no more input comes to its end in much less. */
const DRAIN_MS = 15 * SECOND_MS;

/** @throws {AppError} as `VoiceEncoder.open` */
export function openVoice(options: Options): LiveVoice {
  const { id, speaker, longestMs, encoder, parts, clock, log } = options;
  const kept: KeptPart[] = [];
  let broadcast: Broadcast | null = null;
  let next = 0;
  let endedBy: EndedBy | null = null;
  let isOver = false;
  let work = Promise.resolve();
  const beganAt = clock.steadyMs();
  let heardAt = beganAt;

  function endMs(): number {
    const last = kept.at(-1);
    return last ? last.atMs + last.durationMs : 0;
  }

  const stream = encoder.open({
    ...options,
    onPart: ({ bytes, durationMs }) => {
      work = work.then(() => keep(bytes, durationMs)).catch(fail);
    },
  });
  stream.ended.then(
    () => work.then(endedBy === null ? () => fail(new Error("ffmpeg ended by itself")) : settle),
    fail,
  );
  const file = openFile();
  const board = createLiveBoard({
    signer: options.signer,
    index: () => {
      if (!broadcast) throw new Error("it is told before it is on air");
      return liveIndexOf({ broadcast, parts: kept, ended: isOver }, clock.now(), options.mediaUrl);
    },
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

  /** When a part is due: after the one before, or as soon as devices can have it. */
  function placeOf(on: Broadcast): number {
    return Math.max(endMs(), clock.now() + LEAST_LEAD_MS - on.startAt);
  }

  async function keep(bytes: Buffer, durationMs: number): Promise<void> {
    if (isOver) return;
    const staged = await parts.stage(bytes);
    if (isOver) return staged.discard();
    const atMs = broadcast ? placeOf(broadcast) : 0;
    const mayLastMs = broadcast ? (broadcast.endsAt ?? 0) - broadcast.startAt : Number.POSITIVE_INFINITY;
    if (atMs + durationMs > mayLastMs) {
      await staged.discard();
      return finish("longest");
    }
    kept.push(parts.keep(staged, { voiceId: id, n: kept.length + 1, atMs, durationMs }));
    broadcast ??= options.goLive();
    if (!broadcast) return cut("stopped");
    board.changed();
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
    stream.kill();
    settle();
  }

  const voice: LiveVoice = {
    id,
    speaker,
    board,
    get next() {
      return next;
    },
    get broadcast() {
      return broadcast;
    },
    get endMs() {
      return endMs();
    },
    get endedBy() {
      return endedBy;
    },
    get isOver() {
      return isOver;
    },

    take(n, chunk) {
      if (endedBy !== null) throw hasEnded(endedBy);
      if (n > next) {
        throw new AppError("conflict", `Chunk ${n} came before chunk ${next}.`, {
          hint: "Send the one that is expected, then those after it.",
          members: { expected: next },
        });
      }
      if (n === next) {
        file.append(chunk);
        stream.write(chunk);
        next += 1;
      }
      // Only now: a disk that takes nothing must not keep a voice open that says nothing.
      heardAt = clock.steadyMs();
    },

    finish,
    cut,

    tick() {
      if (isOver) return;
      const quietMs = clock.steadyMs() - heardAt;
      if (endedBy !== null) {
        if (quietMs > DRAIN_MS) fail(new Error("ffmpeg does not end"));
      } else if (quietMs >= SILENT_LINK_MS) finish("link");
      else if (clock.steadyMs() - beganAt >= longestMs) finish("longest");
    },
  };
  return voice;
}

export const hasEnded = (endedBy: EndedBy) =>
  new AppError("conflict", "Nobody speaks here any more.", {
    hint: "Make another announcement.",
    members: { endedBy },
  });
