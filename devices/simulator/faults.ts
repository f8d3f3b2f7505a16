import { randomOf } from "./random.ts";

/** What goes wrong in a fleet. Shares are from 0 to 1. */
export interface Faults {
  /** The share of gateways whose line comes and goes. */
  offline: number;
  /** How far the system's clock of each may be off, ms; another at each boot. */
  skewMs: number;
  /** The share of gateways whose line is slow: up to a second each way, by chance. */
  slow: number;
  /** A gateway loses its power once in so long, ms; 0 for never. */
  rebootEveryMs: number;
  /** The share of acknowledgements that never arrive. */
  lostAcks: number;
  /** The share of gateways whose identity and memory somebody has copied onto a second box. */
  clones: number;
}

export const NO_FAULTS: Faults = {
  offline: 0,
  skewMs: 0,
  slow: 0,
  rebootEveryMs: 0,
  lostAcks: 0,
  clones: 0,
};

/** What goes wrong with one box, the same for the same seed, whatever the network does in between. */
export interface Fate {
  readonly isSlow: boolean;
  readonly isCloned: boolean;
  /** How far the system's clock is off in the next boot, ms. */
  skewMs(): number;
  /** How long the next packet is under way besides, ms. */
  delayMs(): number;
  losesAck(): boolean;
  /** How long the line holds, then how long it is out, and so on, ms; `null` for a line that always holds. */
  readonly line: (() => number) | null;
  /** How long there is power, then how long there is none, and so on, ms; `null` for power that never goes. */
  readonly power: (() => number) | null;
  /** For what is up to chance in the gateway itself. */
  readonly jitter: () => number;
}

const LINE_HOLDS_MS = 20_000;
const LINE_IS_OUT_MS = 10_000;
const POWER_IS_OUT_MS = 2_000;
const SLOWEST_MS = 1_000;

export function fateOf(seed: string | number, box: string, faults: Faults): Fate {
  const stream = (purpose: string) => randomOf(seed, box, purpose);
  const falls = (share: number, purpose: string) => stream(purpose)() < share;
  const [skew, delay, ack] = [stream("skew"), stream("delay"), stream("ack")];
  const isSlow = falls(faults.slow, "is slow");
  return {
    isSlow,
    isCloned: falls(faults.clones, "is cloned"),
    skewMs: () => (2 * skew() - 1) * faults.skewMs,
    delayMs: () => (isSlow ? delay() * SLOWEST_MS : 0),
    losesAck: () => ack() < faults.lostAcks,
    line: falls(faults.offline, "is offline")
      ? alternate(stream("line"), LINE_HOLDS_MS, LINE_IS_OUT_MS)
      : null,
    power:
      faults.rebootEveryMs > 0 ? alternate(stream("power"), faults.rebootEveryMs, POWER_IS_OUT_MS) : null,
    jitter: stream("jitter"),
  };
}

/** How long one state and the other last in turn, each by chance around its mean. */
function alternate(random: () => number, ...means: readonly [number, number]): () => number {
  let turn = 0;
  return () => {
    const mean = means[turn % 2] ?? 0;
    turn += 1;
    return -Math.log(1 - random()) * mean;
  };
}
