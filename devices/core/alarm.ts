/** One timer that keeps the earliest of the instants it is asked for. Timers longer than a day are set again. */
export interface Alarm {
  /** Fires in `ms` at the latest. */
  within(ms: number): void;
  clear(): void;
}

const MAX_MS = 24 * 60 * 60 * 1000;

export function createAlarm(fire: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  function clear(): void {
    clearTimeout(timer);
    dueAt = Number.POSITIVE_INFINITY;
  }

  function within(ms: number): void {
    const at = performance.now() + Math.max(0, ms);
    if (at >= dueAt) return;
    clear();
    dueAt = at;
    timer = setTimeout(
      () => {
        clear();
        if (performance.now() >= at - 1) fire();
        else within(at - performance.now());
      },
      Math.max(0, Math.min(at - performance.now(), MAX_MS)),
    );
  }

  return { within, clear };
}
