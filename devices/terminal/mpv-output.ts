import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import type { Ending, Output, Prepared, Programme } from "../core/output.ts";

interface Options {
  /** Where the control socket is made. */
  stateDir: string;
  now: () => number;
  /** Further arguments, e.g. `--vo=null` where there is no screen. */
  args?: string[];
}

const CONNECT_WITHIN_MS = 2_500;
const CONNECT_EVERY_MS = 20;

/**
 * Shows video with mpv, driven over its JSON IPC (mpv manual, "JSON IPC"): paused on the first frame when prepared, so
 * that the start is one message.
 */
export function createMpvOutput({ stateDir, now, args = [] }: Options): Output {
  const screen = [
    "--no-config",
    "--no-terminal",
    "--fullscreen",
    "--keep-open=no",
    "--force-window=immediate",
    ...args,
  ];

  async function prepare({ parts, seekMs, volume }: Programme): Promise<Prepared> {
    const socketPath = join(stateDir, "mpv.sock");
    rmSync(socketPath, { force: true });
    const child = spawn(
      "mpv",
      [
        ...screen,
        "--pause",
        `--input-ipc-server=${socketPath}`,
        `--volume=${volume}`,
        `--start=${(seekMs / 1000).toFixed(3)}`,
        "--merge-files=yes",
        ...parts.map(({ path }) => path),
      ],
      { stdio: "ignore" },
    );
    const exited = exitOf(child);
    const control = await openControl(socketPath, exited);
    await control.event("file-loaded");
    let stopped = false;
    let startedAt = 0;
    const ended = exited.then(
      (): Ending => ({
        positionMs: seekMs + (startedAt === 0 ? 0 : now() - startedAt),
        complete: !stopped && startedAt > 0 && child.exitCode === 0,
      }),
    );
    ended.catch(() => {}); // also when nobody waits for it yet

    return {
      ended,
      async start() {
        control.send(["set_property", "pause", false]);
        startedAt = now();
        return { firstSampleAt: startedAt };
      },
      async stop() {
        stopped = true;
        child.kill("SIGKILL");
        await ended.catch(() => {});
      },
    };
  }

  return {
    name: "mpv",
    prepare,
    async testTone(durationMs, volume, signal) {
      const source = `av://lavfi:sine=frequency=1000:duration=${durationMs / 1000}`;
      await exitOf(
        spawn("mpv", ["--no-config", "--no-terminal", `--volume=${volume}`, ...args, source], {
          stdio: "ignore",
          signal,
        }),
      ).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
  };
}

function exitOf(child: ChildProcess): Promise<void> {
  const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
  const exited = Promise.race([once(child, "exit").then(() => {}), failed]);
  exited.catch(() => {});
  return exited;
}

async function openControl(path: string, exited: Promise<void>) {
  const deadline = performance.now() + CONNECT_WITHIN_MS;
  let socket: Socket | null = null;
  while (!socket) {
    socket = await Promise.race([
      tryConnect(path),
      exited.then(() => Promise.reject(new Error("mpv ended at once"))),
    ]);
    if (!socket && performance.now() > deadline) throw new Error("mpv did not open its control socket");
    if (!socket) await wait(CONNECT_EVERY_MS);
  }
  const connection = socket;
  const events = new Set<string>();
  const waiting = new Map<string, () => void>();
  const lines = createInterface({ input: connection });
  // It breaks when mpv goes, and that is waited for; the reader passes the socket's error on.
  for (const part of [connection, lines]) part.on("error", () => {});
  lines.on("line", (line) => {
    const { event } = JSON.parse(line) as { event?: string };
    if (event === undefined) return;
    events.add(event);
    waiting.get(event)?.();
  });
  return {
    send: (command: unknown[]) => void connection.write(`${JSON.stringify({ command })}\n`),
    event: (name: string): Promise<void> => {
      const seen = new Promise<void>((resolve) => {
        if (events.has(name)) resolve();
        else waiting.set(name, resolve);
      });
      return Promise.race([
        seen,
        exited.then(() => Promise.reject(new Error("mpv could not open the file"))),
      ]);
    },
  };
}

function tryConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null));
  });
}
