/** Time as the rest of the server sees it: tests pass a clock of their own, production passes `systemClock`. */
export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number;
  /** Milliseconds since some instant, by time that nobody sets. */
  steadyMs(): number;
}

export const systemClock: Clock = { now: () => Date.now(), steadyMs: () => performance.now() };

/** `2026-12-01T07:00:00.000Z`, the form the HTTP API shows instants in. */
export const toIso = (epochMs: number): string => new Date(epochMs).toISOString();

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Calls `run` every `everyMs` without keeping the process alive; the returned function ends it. */
export function repeat(everyMs: number, run: () => void): () => void {
  const timer = setInterval(run, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Calls `run` once after `ms`; the returned function prevents it. */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** A timer that resolves after `ms`, or rejects with the signal's reason when aborted first. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
