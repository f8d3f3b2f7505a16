import { execFileSync } from "node:child_process";

/** So many syllables, each higher than the one before, then from the lowest on again. */
const STEPS = 50;
const SYLLABLE_S = 0.4;
const SOUNDING_S = 0.25;
const LOWEST_HZ = 500;
const STEP_HZ = 30;
const RATE = 8_000;
const FRAME = RATE / 100;
/** Of a frame that belongs to a syllable, as a share of the loudest one. */
const SHARE = 0.1;
/** Less of a syllable has no pitch. A silence may split one: what follows with the same pitch is the rest of it. */
const LEAST_FRAMES = 6;

/** Writes so many syllables, by whose pitch each can be told from its neighbours: nothing can be missing or doubled unseen. */
export function speakLadder(file: string, seconds: number, loudness = 0.05): string {
  const pitch = `${LOWEST_HZ}+${STEP_HZ}*mod(floor(t/${SYLLABLE_S})\\,${STEPS})`;
  const source = `aevalsrc=${loudness}*sin(2*PI*(${pitch})*t)*lt(mod(t\\,${SYLLABLE_S})\\,${SOUNDING_S}):sample_rate=48000:duration=${seconds}`;
  execFileSync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", source, file]);
  return file;
}

/** Which step each syllable of a recording is, in the order in which they are heard. */
export function stepsHeard(file: string): number[] {
  const args = ["-v", "error", "-i", file, "-ac", "1", "-ar", `${RATE}`, "-f", "f32le", "-"];
  const raw = execFileSync("ffmpeg", args, { maxBuffer: 64 * 1024 * 1024 });
  const samples = new Float32Array(raw.buffer, raw.byteOffset, Math.floor(raw.length / 4));
  const powers = Array.from({ length: Math.floor(samples.length / FRAME) }, (_, at) =>
    samples.subarray(at * FRAME, (at + 1) * FRAME).reduce((sum, sample) => sum + sample ** 2, 0),
  );
  const threshold = Math.max(...powers) * SHARE;
  const steps: number[] = [];
  let begun = 0;
  for (let at = 0; at <= powers.length; at += 1) {
    if ((powers[at] ?? 0) > threshold) continue;
    const step = at - begun >= LEAST_FRAMES ? stepOf(samples.subarray(begun * FRAME, at * FRAME)) : undefined;
    if (step !== undefined && step !== steps.at(-1)) steps.push(step);
    begun = at + 1;
  }
  return steps;
}

/** All the steps of so many seconds. */
export const stepsOf = (seconds: number): number[] =>
  Array.from({ length: Math.round(seconds / SYLLABLE_S) }, (_, at) => at % STEPS);

/** The steps that are missing or doubled, as `12>14`: from one syllable to the next it is one step. */
export const breaksIn = (steps: readonly number[]): string[] =>
  steps.flatMap((step, at) => {
    const before = steps[at - 1] ?? step - 1;
    return (before + 1 - step) % STEPS === 0 ? [] : [`${before}>${step}`];
  });

function stepOf(samples: Float32Array): number {
  const powers = Array.from({ length: STEPS }, (_, step) => powerAt(samples, LOWEST_HZ + STEP_HZ * step));
  return powers.indexOf(Math.max(...powers));
}

function powerAt(samples: Float32Array, hz: number): number {
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, index) => {
    const angle = (2 * Math.PI * hz * index) / RATE;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return real ** 2 + imaginary ** 2;
}
