import { ERRORS, type Lock, type Locker, type RequestRelease } from "@tus/server";
import { after, SECOND_MS } from "../clock.ts";

interface Turn {
  requestRelease: RequestRelease;
  begin(): void;
}

const TIMEOUT_MS = 30 * SECOND_MS;

/**
 * One request at a time for each upload, in the order they came. Whoever waits is woken by whoever ends: the library's
 * own locks look again in every turn of the event loop, for as long as a sender that went silent holds one.
 */
export function createUploadLocks(timeoutMs = TIMEOUT_MS): Locker {
  /** By upload; the first of a queue holds the lock. */
  const queues = new Map<string, Turn[]>();

  /** A holder that cannot be asked ends by itself, or the time-out ends the waiting. */
  function askHolder(id: string): void {
    const [holder, ...waiting] = queues.get(id) ?? [];
    const ask = async () => holder?.requestRelease();
    if (waiting.length > 0) ask().catch(() => {});
  }

  function leave(id: string, turn: Turn): void {
    const queue = queues.get(id) ?? [];
    const wasHolder = queue[0] === turn;
    const left = queue.filter((each) => each !== turn);
    if (left.length > 0) queues.set(id, left);
    else queues.delete(id);
    if (!wasHolder) return;
    left[0]?.begin();
    askHolder(id);
  }

  function newLock(id: string): Lock {
    let turn: Turn | null = null;
    return {
      /** Rejects with the library's `ERR_LOCK_TIMEOUT`, or its `ABORTED` when the request ended first. */
      lock: (signal, requestRelease) =>
        new Promise((resolve, reject) => {
          if (signal.aborted) return reject(ERRORS.ABORTED);
          const stopWaiting = () => {
            stopTimer();
            signal.removeEventListener("abort", onAbort);
          };
          const giveUp = (error: (typeof ERRORS)[keyof typeof ERRORS]) => {
            stopWaiting();
            leave(id, mine);
            reject(error);
          };
          const onAbort = () => giveUp(ERRORS.ABORTED);
          const stopTimer = after(timeoutMs, () => giveUp(ERRORS.ERR_LOCK_TIMEOUT));
          signal.addEventListener("abort", onAbort);
          const mine: Turn = {
            requestRelease,
            begin() {
              stopWaiting();
              turn = mine;
              resolve();
            },
          };
          const queue = [...(queues.get(id) ?? []), mine];
          queues.set(id, queue);
          if (queue.length === 1) mine.begin();
          else askHolder(id);
        }),

      async unlock() {
        if (turn) leave(id, turn);
        turn = null;
      },
    };
  }
  return { newLock };
}
