import { powerOf, readWindows } from "./readings.ts";
import { createStretches, differenceDb, lasting, type Stretch } from "./stretches.ts";

/** The difference of the channels is this much stronger than their sum: a mono loudspeaker would lose the voice. */
const OPPOSITE_DB = 6;
/** Equal channels in a pause differ by noise alone. */
const AUDIBLE_POWER = powerOf(-50);
/** An effect may last as long. */
const LEAST_MS = 3_000;

/** Half the sum and half the difference of two channels, a second in each window. */
export const phaseFilters = (rateHz: number, print: string): string[] => [
  "pan=stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0-0.5*c1",
  `asetnsamples=n=${rateHz}:p=0`,
  "astats=metadata=1:reset=1:measure_overall=Number_of_samples:measure_perchannel=RMS_level",
  print,
];

/** Where the two channels are of opposite phase and cancel each other in a sum; `one` is the difference's power. */
export async function readOpposite(path: string, rateHz: number): Promise<Stretch[]> {
  const opposite = createStretches();
  let allMs = 0;
  for await (const { atMs, samples, level } of readWindows(path)) {
    const lengthMs = (samples / rateHz) * 1_000;
    const sum = powerOf(level(1, "RMS_level"));
    const difference = powerOf(level(2, "RMS_level"));
    const isHeard = sum + difference > AUDIBLE_POWER;
    if (isHeard) allMs += lengthMs;
    const isSo = isHeard ? differenceDb({ one: difference, other: sum }) > OPPOSITE_DB : null;
    opposite.take({ fromMs: atMs, toMs: atMs + lengthMs }, isSo, difference, sum);
  }
  return lasting(opposite.found, LEAST_MS, allMs);
}
