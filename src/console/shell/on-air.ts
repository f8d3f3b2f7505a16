import i18next from "i18next";
import { Problem } from "../api.js";
import type { Announcement, InterruptPreview } from "../api-types.ts";
import { endVoiceAtLast } from "../interrupts.ts";
import { type SendState, speakLive } from "../live-sender.ts";
import { type Microphone, MicrophoneProblem, openMicrophone } from "../microphone.js";
import { createLevel, type Level } from "../parts/level.ts";
import { createStore } from "../parts/store.ts";

/** Speaking live from this page: it goes on while somebody looks at another one, until it is over. */

const BITS_PER_SECOND = 48_000;

export interface Speaking {
  announcement: Announcement;
  preview: InterruptPreview;
  level: Level;
  elapsedMs: () => number;
  state: SendState;
  /** Ends it once all that was said is sent. */
  end: () => void;
  onChange: () => void;
}

/** Nobody, or who speaks or has just spoken. */
export const onAir = createStore<{ speaking: Speaking | null }>({ speaking: null });

export const isOver = ({ endedBy, problem }: SendState): boolean => endedBy !== null || problem !== null;

export function isSpeaking(): boolean {
  const { speaking } = onAir.get();
  return speaking !== null && !isOver(speaking.state);
}

/** Nobody comes back to it, as after a sign-out: it is ended without waiting for it. */
export function leaveTheAir(): void {
  const { speaking } = onAir.get();
  if (speaking !== null && isSpeaking()) {
    endVoiceAtLast(speaking.announcement.id);
    speaking.end();
  }
  onAir.set({ speaking: null });
}

addEventListener("beforeunload", (event) => void (isSpeaking() && event.preventDefault()));
addEventListener("pagehide", leaveTheAir);

/** Says in the words of the page why there is no microphone. */
function explainMicrophone(error: unknown): never {
  if (!(error instanceof MicrophoneProblem)) throw error;
  throw new Problem("microphone", i18next.t(`microphone.${error.why}`), {
    hint: i18next.t(`microphone.do.${error.why}`),
  });
}

interface Options {
  preview: InterruptPreview;
  /** Called once there is something else to be seen of it. */
  onChange: () => void;
  /** Heeded until it speaks. */
  cancelled: AbortSignal;
}

/**
 * Opens the microphone, makes the announcement, and speaks, unless it waits for a second person first.
 * @throws {Problem} that says why there is no microphone, among others
 */
export async function goOnAir(make: () => Promise<Announcement>, options: Options): Promise<Announcement> {
  const level = createLevel();
  const microphone = await openMicrophone(level.show, BITS_PER_SECOND).catch(explainMicrophone);
  try {
    options.cancelled.throwIfAborted();
    const announcement = await make();
    // Nobody speaks into it then, and so it is never heard.
    options.cancelled.throwIfAborted();
    if (announcement.confirmation !== null && announcement.confirmation.confirmedBy === null) {
      microphone.close();
      return announcement;
    }
    begin(announcement, microphone, level, options);
    return announcement;
  } catch (error) {
    microphone.close();
    throw error;
  }
}

function begin(announcement: Announcement, microphone: Microphone, level: Level, options: Options): void {
  const { preview, onChange } = options;
  const sender = speakLive(announcement.id, microphone, note);
  let isTold = false;
  onAir.set({
    speaking: {
      announcement,
      preview,
      level,
      elapsedMs: sender.elapsedMs,
      state: { isCut: false, waitingMs: 0, delayMs: null, endedBy: null, problem: null },
      end: sender.stop,
      onChange,
    },
  });

  function note(state: SendState): void {
    const { speaking } = onAir.get();
    if (speaking?.announcement.id !== announcement.id) return;
    onAir.set({ speaking: { ...speaking, state } });
    const isHeard = state.delayMs !== null && !isTold;
    isTold ||= isHeard;
    if (isHeard || isOver(state)) onChange();
  }
}
