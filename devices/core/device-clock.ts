import type { Store } from "./store.ts";

export interface TimeSample {
  /** Monotonic ms at sending and at receiving. */
  sentAt: number;
  receivedAt: number;
  /** The server's receive and send instants, epoch ms. */
  t2: number;
  t3: number;
}

export interface DeviceClock {
  /** UTC epoch ms, corrected to the server's clock; a step of the system clock does not move it. */
  now(): number;
  /** Whether a synchronised start may rely on it. */
  readonly trusted: boolean;
  /** Corrected minus system clock, ms. */
  readonly offsetMs: number;
  /** When the program began, epoch ms; `null` before the first comparison with the server. */
  readonly bootedAt: number | null;
  /** Takes the best of the samples, unless what is known is better still. */
  adopt(samples: TimeSample[]): void;
}

const NAME = "clock.json";
/** Beyond this a synchronised start is refused. */
const MAX_UNCERTAINTY_MS = 2_000;

/** A crystal of a cheap board, in parts: what a comparison loses with time. */
const DRIFT = 50e-6;
/** Comparisons this close are equally good, and the newer counts. */
const GRAIN_MS = 20;

/** How the clock stood when it was last compared with the server. */
interface Verified {
  offsetMs: number;
  at: number;
}

/** The sample that was least long under way bounds the error best: half its round trip (RFC 5905 §8). */
export function estimate(samples: TimeSample[]): { shiftMs: number; uncertaintyMs: number } | null {
  const best = samples.toSorted((a, b) => roundTrip(a) - roundTrip(b))[0];
  if (!best) return null;
  return {
    shiftMs: (best.t2 + best.t3) / 2 - (best.sentAt + best.receivedAt) / 2,
    uncertaintyMs: roundTrip(best) / 2,
  };
}
export const roundTrip = ({ sentAt, receivedAt, t2, t3 }: TimeSample): number =>
  receivedAt - sentAt - (t3 - t2);

/**
 * A clock anchored to `performance.now()`. Before the first comparison with the server it shows the system's time, and is
 * trusted only if that was right when last compared and has not gone back since: a board without a battery clock wakes up
 * in the past, while one that keeps time may play with the network down.
 * @param system the system's clock, epoch ms
 */
export function createDeviceClock(
  store: Pick<Store, "read" | "writeIfRoom">,
  system: () => number = Date.now,
): DeviceClock {
  const stored = store.read(NAME);
  const verified = stored === null ? null : parse(stored);
  const systemShift = () => system() - performance.now();

  const isPlausible =
    verified !== null &&
    Math.abs(verified.offsetMs) <= MAX_UNCERTAINTY_MS &&
    system() >= verified.at - MAX_UNCERTAINTY_MS;
  let shiftMs = systemShift() + (isPlausible ? verified.offsetMs : 0);
  let trusted = isPlausible;
  let compared: { uncertaintyMs: number; at: number } | null = null;

  return {
    now: () => performance.now() + shiftMs,
    get trusted() {
      return trusted;
    },
    get offsetMs() {
      return shiftMs - systemShift();
    },
    get bootedAt() {
      return compared && Math.round(shiftMs);
    },
    adopt(samples) {
      const best = estimate(samples);
      if (!best) return;
      // A congested link must not undo what a quiet one gave.
      const at = performance.now();
      if (compared && best.uncertaintyMs > compared.uncertaintyMs + (at - compared.at) * DRIFT + GRAIN_MS)
        return;
      compared = { uncertaintyMs: best.uncertaintyMs, at };
      shiftMs = best.shiftMs;
      trusted = best.uncertaintyMs <= MAX_UNCERTAINTY_MS;
      const note: Verified = { offsetMs: shiftMs - systemShift(), at: system() };
      store.writeIfRoom(NAME, JSON.stringify(note));
    },
  };
}

function parse(text: string): Verified | null {
  try {
    return JSON.parse(text) as Verified;
  } catch {
    return null;
  }
}
