import type { BaseLogger } from "pino";
import type { Broadcast } from "../../broadcasts/broadcast.ts";
import type { BroadcastService } from "../../broadcasts/broadcast-service.ts";
import { LIVE_ENDS } from "../../broadcasts/office-words.ts";
import { isTarget, type TargetDevice } from "../../broadcasts/targets.ts";
import type { Unscheduled } from "../../broadcasts/unscheduled.ts";
import { type Clock, HOUR_MS, SECOND_MS } from "../../clock.ts";
import type { Transact } from "../../db/open.ts";
import { notFound } from "../../errors.ts";
import type { LiveParts } from "../../media/live/live-parts.ts";
import type { VoiceEncoder } from "../../media/live/voice-encoder.ts";
import type { SignIn } from "../../people/sign-in.ts";
import type { Signer } from "../../protocol/signing.ts";
import type { AnnouncementService } from "../announcement-service.ts";

import type { Confirmations } from "../confirmations.ts";
import { firstToTell, liveIndexOf } from "./live-index.ts";
import { notBegun, notLive, speaksAlready, whyNotTaken } from "./live-refusals.ts";

import type { EndedBy, LiveStore } from "./live-store.ts";
import { BEYOND_LONGEST_MS, LEAD_MS, type LiveVoice, openVoice } from "./live-voice.ts";
import { createSpokenKeeper } from "./spoken-keeper.ts";
import type { VoiceFiles } from "./voice-file.ts";

/** A piece of what the microphone records. */
export interface Chunk {
  bytes: Uint8Array;
  /** The first one says what all are. */
  mime: string;
}

export interface LiveService {
  /**
   * Takes the chunk of this number, from 0; the first one begins. Idempotent.
   * @throws {AppError} `conflict`: with `expected` when one before it is missing, with `endedBy` when it is over; `forbidden` for
   *   anybody but the speaker; `not_found`; and as `LiveVoice.take`
   */
  say(id: string, n: number, chunk: Chunk, speaker: SignIn): Promise<{ next: number }>;
  /** The speaker has ended. Idempotent. @throws {AppError} as `say` */
  finish(id: string, speaker: SignIn): void;
  /** The signed index, once there is news for a device that knows the parts up to `after`. @throws {AppError} `not_found` */
  follow(id: string, after: number, device: TargetDevice): Promise<string>;
  /** Nothing more is taken from anybody, whatever the database is doing. */
  silence(): void;
  tick(): void;
  /** Closes what a kill left open, and keeps what was said. */
  takeUp(): void;
  stop(): Promise<void>;
}

interface Dependencies {
  store: LiveStore;
  announcements: Pick<AnnouncementService, "get" | "keepSpoken">;
  confirmations: Pick<Confirmations, "requireConfirmed">;
  broadcasts: Pick<BroadcastService, "get" | "stop" | "onCancelled">;
  unscheduled: Pick<Unscheduled, "goLive" | "endLive" | "moveLive">;
  encoder: VoiceEncoder;
  parts: LiveParts;
  files: VoiceFiles;
  /** Throws when the library's disk is not there. */
  requireMount: () => void;
  signer: Signer;
  mediaUrl: (sha256: string, expiresAt: number) => string;
  /** Something became ready: lead it on at once. */
  onReady: () => void;
  transact: Transact;
  clock: Clock;
  log: BaseLogger;
}

/** What NTP slews lies below it. */
const STEP_MS = SECOND_MS;
/** Devices still ask for the end of it. */
const LINGER_MS = 30 * SECOND_MS;

/** What is spoken live, from the speaker's microphone to what devices ask for. */
export function createLiveService(deps: Dependencies): LiveService {
  const { store, announcements, broadcasts, unscheduled, parts, files, signer, transact, clock, log } = deps;
  const voices = new Map<string, LiveVoice>();
  /** Over, and not written down yet. */
  const unwritten = new Set<LiveVoice>();
  const spoken = createSpokenKeeper({ announcements, files, log });

  const mediaUrl = (sha256: string) => deps.mediaUrl(sha256, clock.now() + HOUR_MS);
  // A transaction is synchronous, so a microtask runs after its commit, or after it was undone.
  broadcasts.onCancelled(({ id }) =>
    queueMicrotask(() => {
      const voice = voices.get(id);
      if (voice && broadcasts.get(id).state === "cancelled") voice.cut("stopped");
    }),
  );

  function begin(id: string, { mime }: Chunk, speaker: SignIn): LiveVoice {
    const { interrupt, broadcast } = announcements.get(id);
    const { longestMs, marks, createdBy } = interrupt;
    if (longestMs === null) throw notLive();
    if (createdBy !== speaker.user.id) throw speaksAlready();
    if (broadcast.state !== "planned" || store.get(id)?.endedBy) throw refuses(id);
    deps.confirmations.requireConfirmed(interrupt, broadcast);
    deps.requireMount();
    const voice = openVoice({
      id,
      speaker: speaker.id,
      mime,
      marks,
      longestMs,
      parts,
      signer,
      mediaUrl,
      clock,
      log,
      openFile: () => files.open(id),
      encoder: deps.encoder,
      goLive: () => goLive(id, longestMs),
      onOver: close,
    });
    try {
      transact(() => store.insert(id, clock.now()));
    } catch (error) {
      voice.cut("server");
      throw error;
    }
    voices.set(id, voice);
    return voice;
  }

  const refuses = (id: string) => whyNotTaken(store.get(id)?.endedBy ?? null, broadcasts.get(id).state);

  function goLive(id: string, longestMs: number): Broadcast | null {
    const startAt = clock.now() + LEAD_MS;
    const isWanted = transact(() => {
      const broadcast = broadcasts.get(id);
      if (broadcast.state !== "planned") return false;
      unscheduled.goLive(broadcast, { startAt, endsAt: startAt + longestMs + BEYOND_LONGEST_MS });
      return true;
    });
    if (!isWanted) return null;
    deps.onReady();
    return broadcasts.get(id);
  }

  function close(voice: LiveVoice): void {
    if (!voices.has(voice.id)) return; // it did not even begin
    unwritten.add(voice);
    write(voice);
  }

  /** Whoever stops it must not fail for want of the word of it; the next tick tries again. */
  function write(voice: LiveVoice): void {
    const { id, endMs, endedBy } = voice;
    try {
      end(id, endMs, endedBy ?? "server");
      unwritten.delete(voice);
    } catch (error) {
      log.error({ err: error, broadcastId: id }, "the end of a live voice is not written down yet");
    }
  }

  function end(id: string, endMs: number, by: EndedBy): void {
    transact(() => {
      if (!store.end(id, by, clock.now())) return;
      const { state, startAt, endsAt } = broadcasts.get(id);
      if (state === "planned") broadcasts.stop(id, "nothing was said");
      else if (endsAt !== null) {
        const reason = by === "speaker" || by === "stopped" ? null : LIVE_ENDS[by];
        unscheduled.endLive(id, startAt + Math.round(endMs), reason);
      }
    });
    log.info({ broadcastId: id, by, endMs }, "a live voice has ended");
    spoken.keep(id);
  }

  /** Devices go by the server's clock: when that is set, what they are told moves with it, and nothing of what is heard. */
  function followClock(voice: LiveVoice): void {
    const { id, time, broadcast } = voice;
    const byMs = time.stepMs();
    if (Math.abs(byMs) < STEP_MS) return;
    try {
      transact(() => {
        store.move(id, byMs);
        if (broadcast) unscheduled.moveLive(id, byMs);
      });
      time.follow(byMs);
      if (broadcast) voice.moved(broadcasts.get(id));
      log.warn({ broadcastId: id, byMs }, "a live voice goes on over a step of the clock");
    } catch (error) {
      log.error({ err: error, broadcastId: id }, "a live voice could not follow a step of the clock yet");
    }
  }

  function voiceOf(id: string, speaker: SignIn): LiveVoice | null {
    const voice = voices.get(id) ?? null;
    if (voice && voice.speaker !== speaker.id) throw speaksAlready();
    return voice;
  }

  return {
    async say(id, n, chunk, speaker) {
      let voice = voiceOf(id, speaker);
      if (!voice && n > 0) throw refuses(announcements.get(id).interrupt.id);
      voice ??= begin(id, chunk, speaker);
      await voice.take(n, chunk.bytes);
      return { next: voice.next };
    },

    finish(id, speaker) {
      announcements.get(id);
      const voice = voiceOf(id, speaker);
      if (!voice && store.get(id) === null) throw notBegun();
      voice?.finish("speaker");
    },

    async follow(id, after, device) {
      const voice = voices.get(id);
      const broadcast = voice?.broadcast ?? broadcasts.get(id);
      const isTold = broadcast.contentKind === "live" && broadcast.state !== "planned";
      if (!isTold || !isTarget(broadcast, device)) throw notFound("live broadcast", id);
      if (voice?.broadcast) return voice.board.read(after);
      const told = { broadcast, parts: parts.of(id), ended: true };
      const from = firstToTell(told.parts, after, clock.now() - broadcast.startAt);
      return signer.sign("live", liveIndexOf(told, from, mediaUrl));
    },

    silence() {
      for (const voice of voices.values()) voice.cut("stopped");
    },

    tick() {
      for (const voice of unwritten) write(voice);
      for (const voice of voices.values()) {
        voice.tick();
        const { isOver, broadcast, endMs, time, id } = voice;
        const hasNoListener = !broadcast || time.positionMs() > endMs + LINGER_MS;
        if (!isOver) followClock(voice);
        else if (hasNoListener && !unwritten.has(voice)) voices.delete(id);
      }
    },

    takeUp() {
      for (const { id } of store.open()) {
        const last = parts.of(id).at(-1);
        end(id, last ? last.atMs + last.durationMs : 0, "server");
      }
      for (const id of files.ids()) {
        if (store.get(id)) spoken.keep(id);
        else files.remove(id);
      }
    },

    async stop() {
      spoken.stop();
      for (const voice of voices.values()) voice.cut("server");
      await spoken.settled();
    },
  };
}
