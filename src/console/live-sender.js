import { asProblem } from "./api.js";
import { endVoice, sendVoice } from "./interrupts.js";

/** @typedef {import("./interrupts.js").Announcement} Announcement */
/** @typedef {import("./interrupts.js").EndedBy} EndedBy */

/** Shorter pieces would only mean more requests: the server gathers more than this before it can send anything on. */
const PIECE_MS = 500;
const AGAIN_MS = 400;
/** What a request that was refused once will be refused for again. */
const FINAL = new Set(["forbidden", "not_found", "invalid", "too_large", "unauthorized"]);

/**
 * @typedef {object} SendState
 * @property {boolean} isCut whether the server does not answer
 * @property {number} waitingMs how much of what was said it does not have yet
 * @property {number | null} delayMs how far the horns are behind
 * @property {EndedBy | null} endedBy why it is over, unless a `problem` ended it
 * @property {unknown} problem
 */

/**
 * Sends what the microphone hears, piece by piece and each until the server has it.
 * @param {string} id of the announcement
 * @param {import("./microphone.js").Microphone} microphone
 * @param {(state: SendState) => void} onChange
 */
export function speakLive(id, microphone, onChange) {
  /** @type {Blob[]} */
  const waiting = [];
  let next = 0;
  let isEnding = false;
  let isSending = false;
  /** @type {SendState} */
  let state = { isCut: false, waitingMs: 0, delayMs: null, endedBy: null, problem: null };
  const recorder = microphone.record(PIECE_MS, (piece) => {
    waiting.push(piece);
    void sendAll();
  });
  void recorder.done.then(() => {
    isEnding = true;
    void sendAll();
  });
  const isOver = () => state.endedBy !== null || state.problem !== null;

  /** @param {Partial<SendState>} change */
  function become(change) {
    state = { ...state, waitingMs: waiting.length * PIECE_MS, ...change };
    onChange(state);
    if (isOver()) recorder.stop();
  }

  async function sendAll() {
    if (isSending) return;
    isSending = true;
    while (!isOver() && (waiting.length > 0 || isEnding)) await sendOne();
    isSending = false;
  }

  /** One piece, or after the last one the end. */
  async function sendOne() {
    try {
      const [piece] = waiting;
      if (!piece) {
        await endVoice(id);
        become({ isCut: false, endedBy: "speaker" });
        return;
      }
      const { announcement } = await sendVoice(id, next, piece);
      next += 1;
      waiting.shift();
      become({ isCut: false, delayMs: announcement.live?.delayMs ?? null });
    } catch (error) {
      const { code, endedBy } = asProblem(error);
      if (endedBy !== null) become({ endedBy: /** @type {EndedBy} */ (endedBy) });
      else if (FINAL.has(code)) become({ problem: error });
      else {
        become({ isCut: true });
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  return { elapsedMs: recorder.elapsedMs, stop: recorder.stop };
}
