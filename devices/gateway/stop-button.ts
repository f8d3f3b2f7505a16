import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { BaseLogger } from "pino";
import type { Faults } from "../core/faults.ts";

interface Options {
  onChange: (isPressed: boolean) => void;
  faults: Faults;
  log: BaseLogger;
}

const LOOK_EVERY_MS = 50;
const START_AGAIN_MS = 1_000;
const FAULT = "stop-button-line";

/**
 * A line that a file shows, such as `/sys/class/gpio/gpio17/value`: pressed while its text is `pressed`. A file of this
 * kind tells nobody that it changed, so it is read again and again. One that cannot be read leaves all as it is.
 */
export function watchButtonFile(
  { file, pressed = "1" }: { file: string; pressed?: string },
  { onChange, faults }: Options,
): () => void {
  function look(): void {
    try {
      onChange(readFileSync(file, "utf8").trim() === pressed);
      faults.set(FAULT, null);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown";
      faults.set(FAULT, `the stop button cannot be read: ${why}`);
    }
  }
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/**
 * A program that watches the line and prints `pressed` and `released`, each on a line of its own. One that ends is
 * started again, and says anew how it stands.
 */
export function watchButtonProgram(
  { program: command }: { program: readonly string[] },
  { onChange, faults, log }: Options,
): () => void {
  const [program = "", ...args] = command;
  let child: ChildProcess;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function begin(): void {
    const started = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
    child = started;
    createInterface({ input: started.stdout }).on("line", (line) => {
      const word = line.trim();
      if (word === "pressed" || word === "released") {
        faults.set(FAULT, null);
        onChange(word === "pressed");
      } else log.warn({ line: word.slice(0, 80) }, "the stop button's program says something unknown");
    });
    started.once("error", again);
    started.once("exit", (code, signal) => again(new Error(`${program} ended with ${code ?? signal}`)));
  }

  function again(error: Error): void {
    if (isClosed) return;
    faults.set(FAULT, `the stop button cannot be read: ${error.message}`);
    clearTimeout(timer);
    timer = setTimeout(begin, START_AGAIN_MS);
  }

  begin();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    child.kill();
  };
}
