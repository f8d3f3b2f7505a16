import { type ChildProcess, spawn } from "node:child_process";
import type { BaseLogger } from "pino";
import { createEnvelope, type Envelope, likeness, STEP_MS, stepNow } from "../core/envelope.ts";
import type { Sensor } from "../core/sensed-output.ts";

interface Options {
  /** Prints what the microphone hears, raw signed 16-bit little-endian, 8 kHz, mono. */
  command: readonly string[];
  /** What is played at the same time. */
  played: Envelope;
  log: BaseLogger;
}

const FORMAT = { sampleRate: 8_000, channels: 1 };
const WINDOW_STEPS = 100;
/** Buffers of the output, and some hundred metres of air, come between the two. */
const MAX_LAG_STEPS = 30;
const MIN_PAIRS = 80;
/** Unrelated speech stays below the lower one nearly always, and reaches the upper one once in hundreds of windows. */
const IS_IT = 0.6;
const IS_NOT = 0.45;

/** @param device an ALSA name such as `plughw:1` */
export const arecord = (device: string): string[] => [
  "arecord",
  "-q",
  "-D",
  device,
  "-t",
  "raw",
  "-f",
  "S16_LE",
  "-r",
  `${FORMAT.sampleRate}`,
  "-c",
  "1",
];

/**
 * A microphone that hears the loudspeaker: whether what it hears rises and falls as what is played does. It is open only
 * while something plays, and what it hears is not kept but for its loudness, some seconds long.
 */
export function createMicrophone({ command, played, log }: Options): Sensor {
  const heard = createEnvelope(FORMAT);
  let capture: ChildProcess | null = null;

  function begin(): void {
    heard.clear();
    const [program = "", ...args] = command;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.on("data", (pcm: Buffer) => heard.push(pcm));
    child.on("error", (error) => log.warn({ err: error }, "the microphone cannot be opened"));
    child.on("exit", (code, signal) => {
      if (capture === child) log.warn({ code, signal }, "the microphone fell silent");
    });
    capture = child;
  }

  /** By the lag that fits best. */
  function best(): number | null {
    const last = stepNow() - 1;
    let highest: number | null = null;
    for (let lag = 0; lag <= MAX_LAG_STEPS; lag += 1) {
      const pairs: [number, number][] = [];
      for (let step = last - WINDOW_STEPS; step < last; step += 1) {
        const [ours, theirs] = [played.at(step - lag), heard.at(step)];
        if (ours !== undefined && theirs !== undefined) pairs.push([ours, theirs]);
      }
      const value = pairs.length < MIN_PAIRS ? null : likeness(pairs);
      if (value !== null && (highest === null || value > highest)) highest = value;
    }
    return highest;
  }

  return {
    firstMs: (WINDOW_STEPS + MAX_LAG_STEPS / 2) * STEP_MS,
    everyMs: (WINDOW_STEPS / 2) * STEP_MS,
    begin,
    async sense() {
      const value = best();
      if (value === null) return null;
      if (value >= IS_IT) return true;
      return value < IS_NOT ? false : null;
    },
    end() {
      const ended = capture;
      capture = null;
      ended?.kill("SIGKILL");
    },
  };
}
