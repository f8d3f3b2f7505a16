import { asProblem } from "./api.js";
import type { Announcement } from "./api-types.ts";
import { endVoice, endVoiceAtLast, sendVoice } from "./interrupts.ts";
import type { Microphone } from "./microphone.js";

type EndedBy = NonNullable<NonNullable<Announcement["live"]>["endedBy"]>;

/** Shorter pieces would only mean more requests: the server gathers more than this before it can send anything on. */
const PIECE_MS = 500;
const AGAIN_MS = 400;
/** What a request that was refused once will be refused for again. */
const FINAL = new Set(["conflict", "forbidden", "not_found", "invalid", "too_large", "unauthorized"]);

export interface SendState {
  /** Whether the server does not answer. */
  isCut: boolean;
  /** How much of what was said it does not have yet. */
  waitingMs: number;
  /** How far the horns are behind. */
  delayMs: number | null;
  /** Why it is over, unless a `problem` ended it. */
  endedBy: EndedBy | null;
  problem: unknown;
}

/**
 * Sends what the microphone hears, piece by piece and each until the server has it.
 * @param id of the announcement
 */
export function speakLive(id: string, microphone: Microphone, onChange: (state: SendState) => void) {
  /** All of them, half an hour at most: the server may ask for one that it had. */
  const pieces: Blob[] = [];
  let next = 0;
  let isEnding = false;
  let isSending = false;
  let state: SendState = { isCut: false, waitingMs: 0, delayMs: null, endedBy: null, problem: null };
  const recorder = microphone.record(PIECE_MS, (piece) => {
    pieces.push(piece);
    void sendAll();
  });
  void recorder.done.then(() => {
    isEnding = true;
    void sendAll();
  });
  const hasMore = () => next < pieces.length || isEnding;
  const isOver = () => state.endedBy !== null || state.problem !== null;

  function become(change: Partial<SendState>) {
    state = { ...state, waitingMs: (pieces.length - next) * PIECE_MS, ...change };
    onChange(state);
    if (isOver()) recorder.stop();
  }

  async function sendAll() {
    if (isSending) return;
    isSending = true;
    while (!isOver() && hasMore()) await sendOne();
    isSending = false;
  }

  /** One piece, or after the last one the end. */
  async function sendOne() {
    try {
      const piece = pieces[next];
      if (!piece) {
        await endVoice(id);
        become({ isCut: false, endedBy: "speaker" });
        return;
      }
      const { announcement } = await sendVoice(id, next, piece);
      next += 1;
      become({ isCut: false, delayMs: announcement.live?.delayMs ?? null });
    } catch (error) {
      const { code, endedBy, expected } = asProblem(error);
      if (endedBy !== null) become({ endedBy: endedBy as EndedBy });
      else if (expected !== null && expected !== next && expected < pieces.length) next = expected;
      else if (FINAL.has(code)) {
        endVoiceAtLast(id);
        become({ problem: error });
      } else {
        become({ isCut: true });
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  return { elapsedMs: recorder.elapsedMs, stop: recorder.stop };
}
