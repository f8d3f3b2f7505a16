import { join } from "node:path";
import { readIfPresent, writeDurably } from "./durable-file.ts";

export interface Volume {
  /** Per cent, as last set by command. */
  readonly current: number;
  /** `volume`, or what is set when left out, but never above the policy's maximum. */
  capped(volume?: number): number;
  /** Kept over restarts. */
  set(volume: number): void;
}

export function createVolume(stateDir: string, maxVolume: () => number): Volume {
  const path = join(stateDir, "volume");
  const stored = Number(readIfPresent(path) ?? 100);
  let current = Number.isFinite(stored) ? stored : 100;
  const capped = (volume = current) => Math.min(volume, maxVolume());
  return {
    get current() {
      return current;
    },
    capped,
    set(volume) {
      current = capped(volume);
      writeDurably(path, `${current}`);
    },
  };
}
