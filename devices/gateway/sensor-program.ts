import { execFile } from "node:child_process";
import type { BaseLogger } from "pino";
import type { Sensor } from "../core/sensed-output.ts";

interface Options {
  /** The program and its arguments. */
  command: readonly string[];
  /** What a number must reach to be a yes. */
  level: number | undefined;
  everyMs: number;
  log: BaseLogger;
}

/** An amplifier needs a moment. */
const FIRST_MS = 500;
const ANSWER_WITHIN_MS = 5_000;

/**
 * Asks a program of the operator's whether sound is measured: it prints `yes`, `no`, or a number that is held against the
 * level. Anything else, another exit status than 0 or no answer in time says nothing.
 */
export function createSensorProgram({ command, level, everyMs, log }: Options): Sensor {
  const [program = "", ...args] = command;
  return {
    firstMs: FIRST_MS,
    everyMs,
    begin() {},
    sense: (signal) =>
      new Promise((resolve) => {
        execFile(program, args, { signal, timeout: ANSWER_WITHIN_MS }, (error, stdout) => {
          if (!error) return resolve(readAnswer(stdout, level));
          if (!signal.aborted) log.warn({ err: error }, "the sensor program gave no answer");
          resolve(null);
        });
      }),
    end() {},
  };
}

function readAnswer(text: string, level: number | undefined): boolean | null {
  const word = text.trim().toLowerCase();
  if (word === "yes" || word === "no") return word === "yes";
  const measured = word === "" ? Number.NaN : Number(word);
  return Number.isFinite(measured) && level !== undefined ? measured >= level : null;
}
