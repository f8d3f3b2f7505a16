import type { BaseLogger } from "pino";
import { createAlarm } from "./alarm.ts";
import { createBackoff } from "./backoff.ts";
import { type DeviceClock, roundTrip, type TimeSample } from "./device-clock.ts";
import type { ServerLink } from "./server-link.ts";
import type { Supervise } from "./supervisor.ts";

const SAMPLES = 5;
/** A line whose packets are late by chance: the more are compared, the nearer the quickest is to none of it. */
const SAMPLES_ON_A_BAD_LINE = 20;
/** A round trip this quick leaves an error that nobody hears. */
const QUICK_MS = 20;
const EVERY_MS = 10 * 60 * 1000;

export interface ClockSync {
  /** Compares now; resolves when it has, or could not. */
  run(): Promise<void>;
  /** Compares within `ms`. */
  within(ms: number): void;
  close(): void;
}

interface Options {
  clock: DeviceClock;
  link: Pick<ServerLink, "sampleTime">;
  log: BaseLogger;
  onCompared: () => void;
  supervise: Supervise;
}

/** Compares the clock with the server's at each connection and every ten minutes, and again soon when it failed. */
export function createClockSync({ clock, link, log, onCompared, supervise }: Options): ClockSync {
  const backoff = createBackoff({ baseMs: 2_000 });
  const alarm = createAlarm(() => void run());
  let isClosed = false;

  function again(withinMs: number): void {
    if (isClosed) return;
    alarm.within(withinMs);
    loop.moved(withinMs);
  }

  async function run(): Promise<void> {
    if (isClosed) return;
    try {
      const samples: TimeSample[] = [];
      const isEnough = () =>
        isClosed ||
        samples.length >= SAMPLES_ON_A_BAD_LINE ||
        (samples.length >= SAMPLES && samples.some((sample) => roundTrip(sample) <= QUICK_MS));
      while (!isEnough()) {
        samples.push(await link.sampleTime());
        loop.moved(0);
      }
      if (isClosed) return;
      clock.adopt(samples);
      backoff.reset();
      again(EVERY_MS);
      onCompared();
    } catch (error) {
      log.warn({ err: error }, "the clock could not be compared with the server's");
      again(backoff.nextMs());
    }
  }
  const loop = supervise(() => alarm.within(0));
  loop.moved(0);

  return {
    run,
    within: alarm.within,
    close() {
      isClosed = true;
      alarm.clear();
    },
  };
}
