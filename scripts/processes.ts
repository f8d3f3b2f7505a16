import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface Running {
  pid: number;
  /** Resolves with the first line of standard output that matches; rejects when the process ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** SIGTERM (or another signal), then waits for the end. */
  end(signal?: NodeJS.Signals): Promise<void>;
  ended: Promise<number | null>;
}

/**
 * Starts one of the project's programs with the Node.js that runs this; its output goes to `logFile`.
 * @param before what is to run it, as `ip netns exec …`
 */
export function start(
  args: string[],
  logFile: string,
  env: NodeJS.ProcessEnv = {},
  before: readonly string[] = [],
): Running {
  const [program = "", ...words] = [...before, process.execPath, ...args];
  const child = spawn(program, words, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(logFile, { flags: "a" });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  const ended = once(child, "exit").then(([code]) => code as number | null);

  return {
    pid: child.pid ?? 0,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (line: string) => {
          const match = pattern.exec(line);
          if (match) resolve(match);
        };
        for (const line of lines) look(line);
        reader.on("line", look);
        void ended.then((code) => reject(new Error(`${args[0]} ended with ${code}; see ${logFile}`)));
      }),
    end: (signal = "SIGTERM") => endProcess(child, ended, signal),
  };
}

async function endProcess(
  child: ChildProcess,
  ended: Promise<unknown>,
  signal: NodeJS.Signals,
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}

export interface StartedServer extends Running {
  url: string;
  /** Of `admin`, until it is changed. */
  password: Promise<string>;
}

/** Starts the server on free ports of loopback and waits until it listens. */
export async function startServer(folder: string, env: NodeJS.ProcessEnv = {}): Promise<StartedServer> {
  const dataDir = env["DATA_DIR"] ?? `${folder}/data`;
  const server = start(["src/main.ts"], `${folder}/server.log`, {
    HOST: "127.0.0.1",
    PORT: "0",
    MQTT_PORT: "0",
    DATA_DIR: dataDir,
    MEDIA_DIR: `${folder}/media`,
    // To try things out: nobody's telephone is at hand, and all are let in a moment before.
    SECOND_FACTOR: "optional",
    ACCESS_SETTLES_HOURS: "0",
    PASSWORD_MEMORY_MIB: "19",
    ...env,
  });
  const [, url = ""] = await server.line(/Console\s+(http:\S+)\/$/);
  const password = readFile(`${dataDir}/first-password`, "utf8").then((text) => text.trim());
  // Asked for while it is the first one only; elsewhere there is no such file, which is no failure.
  password.catch(() => {});
  return { ...server, url, password };
}
