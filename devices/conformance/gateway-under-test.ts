import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline/promises";

/** The gateway that is examined: the kit turns it on and off, by a command line or by asking a person. */
export interface GatewayUnderTest {
  /** Turns it on, with what it needs to enrol the first time. */
  on(): Promise<void>;
  /** Takes the power away. */
  off(): Promise<void>;
}

export interface Introduction {
  url: string;
  code: string;
}

const RESTART_MS = 500;

/**
 * A shell command line, started again whenever it ends by itself, as a supervisor would.
 * @param line `{url}` and `{code}` stand for the kit's address and the enrolment code
 */
export function gatewayByCommand(
  line: string,
  { url, code }: Introduction,
  logFile: string,
): GatewayUnderTest {
  const command = line.replaceAll("{url}", url).replaceAll("{code}", code);
  const log = createWriteStream(logFile, { flags: "a" });
  let hasPower = false;
  let child: ChildProcess | null = null;
  let gone: Promise<void> = Promise.resolve();

  function start(): void {
    // A group of its own, so that the end of the shell is the end of what it started.
    const started = spawn("sh", ["-c", command], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    started.stdout.pipe(log, { end: false });
    started.stderr.pipe(log, { end: false });
    child = started;
    gone = new Promise((resolve) => {
      started.once("close", () => resolve());
      started.once("error", () => resolve());
    });
    void gone.then(() => {
      child = null;
      if (hasPower) setTimeout(() => hasPower && !child && start(), RESTART_MS);
    });
  }

  return {
    async on() {
      hasPower = true;
      start();
    },
    async off() {
      hasPower = false;
      if (child?.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await gone;
    },
  };
}

/** A box on the bench: a person is told what to do, and says when it is done. */
export function gatewayByHand({ url, code }: Introduction): GatewayUnderTest {
  const ask = async (what: string) => {
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    await terminal.question(`>>> ${what}, then press Enter `);
    terminal.close();
  };
  let isIntroduced = false;
  return {
    on() {
      if (isIntroduced) return ask("Turn the gateway on again");
      isIntroduced = true;
      return ask(`Let the gateway enrol at ${url} with the code ${code}`);
    },
    off: () => ask("Take the power from the gateway"),
  };
}
